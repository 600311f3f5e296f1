CREATE OR REPLACE FUNCTION payments.payment_record(
    p_tenant_id uuid, p_payment_id uuid, p_subject text, p_request jsonb, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_rule record;
BEGIN
    IF p_request -> 'splits' IS NULL THEN
        SELECT r.rule_id, r.shares INTO v_rule
          FROM payments.split_rule_find(p_tenant_id, p_request ->> 'eventId', p_request ->> 'venueId', p_now) AS r;
    ELSE
        SELECT NULL::uuid AS rule_id, p_request -> 'splits' AS shares INTO v_rule;
    END IF;
    INSERT INTO payments.payment_transactions
        (tenant_id, id, order_id, customer_id, event_id, venue_id, amount, currency, status, capture_method, description,
         receipt_email, metadata, device, split_rule_id, created_by, created_at, updated_at)
    VALUES (p_tenant_id, p_payment_id, p_request ->> 'orderId', p_request ->> 'customerId', p_request ->> 'eventId',
            p_request ->> 'venueId', (p_request ->> 'amount')::bigint, p_request ->> 'currency', 'created',
            coalesce(p_request ->> 'captureMethod', 'automatic'), p_request ->> 'description', p_request ->> 'receiptEmail',
            coalesce(p_request -> 'metadata', '{}'), p_request -> 'device', v_rule.rule_id, p_subject, p_now, p_now);
    INSERT INTO payments.payment_intents (tenant_id, id, transfer_group, created_at, updated_at)
    VALUES (p_tenant_id, p_payment_id, 'pay_' || p_payment_id, p_now, p_now);
    PERFORM payments.split_plan(p_tenant_id, p_payment_id, (p_request ->> 'amount')::bigint, p_request ->> 'currency',
                                coalesce(v_rule.shares, '[]'), p_now);
    IF p_request -> 'escrow' IS NOT NULL THEN
        PERFORM payments.escrow_request(p_tenant_id, p_payment_id, p_subject, p_request -> 'escrow', p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.payment_record(uuid, uuid, text, jsonb, timestamptz) IS
    'Writes the rows of a new payment: transaction, intent, shares (the request''s own, else the rule''s). and the hold, if one is asked for. Raises PY020, PY023, PY024.';
