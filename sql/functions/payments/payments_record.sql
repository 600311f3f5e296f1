CREATE OR REPLACE FUNCTION payments.payments_record(
    p_tenant_id uuid, p_payment_ids uuid[], p_subjects text[], p_requests jsonb[], p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_amounts bigint[];
    v_currencies text[];
    v_rules uuid[];
    v_shares jsonb[];
BEGIN
    SELECT array_agg((r.request ->> 'amount')::bigint ORDER BY r.n),
           array_agg(r.request ->> 'currency' ORDER BY r.n),
           array_agg(u.rule_id ORDER BY r.n),
           array_agg(coalesce(r.request -> 'splits', u.shares, '[]') ORDER BY r.n)
      INTO v_amounts, v_currencies, v_rules, v_shares
      FROM unnest((SELECT p_requests)) WITH ORDINALITY AS r (request, n)
      LEFT JOIN LATERAL (SELECT f.* FROM payments.split_rule_find(
                             p_tenant_id, r.request ->> 'eventId', r.request ->> 'venueId',
                             p_now) AS f
                          WHERE r.request -> 'splits' IS NULL) AS u ON true;
    INSERT INTO payments.payment_transactions
        (tenant_id, id, order_id, customer_id, show_id, venue_id, amount, currency, status,
         capture_method, description,
         receipt_email, metadata, device, split_rule_id, created_by, created_at, updated_at)
    SELECT p_tenant_id, r.payment_id, r.request ->> 'orderId', r.request ->> 'customerId',
           r.request ->> 'eventId',
           r.request ->> 'venueId', r.amount, r.currency, 'created',
           coalesce(r.request ->> 'captureMethod', 'automatic'),
           r.request ->> 'description', r.request ->> 'receiptEmail',
           coalesce(r.request -> 'metadata', '{}'),
           r.request -> 'device', r.rule_id, r.subject, p_now, p_now
      FROM unnest(p_payment_ids, p_subjects, p_requests, v_amounts, v_currencies, v_rules)
           AS r (payment_id, subject, request, amount, currency, rule_id);
    INSERT INTO payments.payment_intents (tenant_id, id, created_at, updated_at)
    SELECT p_tenant_id, i.id, p_now, p_now FROM unnest(p_payment_ids) AS i (id);
    PERFORM payments.splits_plan(p_tenant_id, p_payment_ids, v_amounts, v_currencies, v_shares,
                                 p_now);
    PERFORM payments.escrow_request(p_tenant_id, r.payment_id, r.subject, r.request -> 'escrow',
                                    p_now)
       FROM unnest(p_payment_ids, p_subjects, p_requests) AS r (payment_id, subject, request)
      WHERE r.request -> 'escrow' IS NOT NULL;
END
$$;
COMMENT ON FUNCTION payments.payments_record(uuid, uuid[], text[], jsonb[], timestamptz) IS
    'Writes the rows of new payments: transaction, intent, shares (the request''s own, else the '
    'rule''s), and the hold, if one is asked for. Raises PY020, PY023, PY024.';
