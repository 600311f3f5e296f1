CREATE OR REPLACE FUNCTION ops.payment_timeline(p_tenant_id uuid, p_payment_id uuid)
RETURNS TABLE (happened_at timestamptz, what text, detail text, amount bigint, currency text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT l.at, l.what, l.detail, l.amount, l.currency FROM (
        SELECT c.happened_at AS at, c.what, c.detail, c.amount, c.currency
          FROM payments.payment_course(p_tenant_id, p_payment_id) AS c
        UNION ALL
        SELECT e.applied_at, 'event ' || e.event_type, concat_ws(' ', e.id, e.result, e.reason),
               NULL, NULL
          FROM payments.payment_events AS e WHERE e.tenant_id = p_tenant_id
           AND e.payment_id = p_payment_id
        UNION ALL
        SELECT t.finished_at, 'call ' || o.kind,
               concat_ws(' ', t.outcome, t.error_code, t.provider_id, CASE WHEN NOT t.applied
                         THEN '(stale)' END),
               (o.request #>> '{params,amount}')::bigint, o.request #>> '{params,currency}'
          FROM payments.stripe_operation_attempts AS t
          JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id
           AND o.id = t.operation_id
         WHERE t.tenant_id = p_tenant_id AND o.payment_id = p_payment_id
        UNION ALL
        SELECT g.posted_at, 'posting ' || g.cause_type,
               format('%s to %s', concat_ws(' ', d.kind, nullif(d.recipient_id, '')),
                      concat_ws(' ', c.kind, nullif(c.recipient_id, ''))),
               g.amount, g.currency
          FROM payments.ledger_postings AS g
          JOIN payments.ledger_accounts AS d ON d.tenant_id = p_tenant_id
           AND d.id = g.debit_account_id
          JOIN payments.ledger_accounts AS c ON c.tenant_id = p_tenant_id
           AND c.id = g.credit_account_id
         WHERE g.tenant_id = p_tenant_id AND g.payment_id = p_payment_id
        UNION ALL
        SELECT v.happened_at, 'escrow ' || v.event, concat_ws(' ', v.reason, 'by ' || v.actor),
               v.amount, e.currency
          FROM payments.escrow_events AS v
          JOIN payments.escrows AS e ON e.tenant_id = p_tenant_id AND e.id = v.escrow_id
         WHERE v.tenant_id = p_tenant_id AND e.payment_id = p_payment_id) AS l
     ORDER BY l.at, l.what, l.detail;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such payment' USING ERRCODE = 'PY010';
    END IF;
END
$$;
COMMENT ON FUNCTION ops.payment_timeline(uuid, uuid) IS
    'One payment''s whole story in order: events, calls to Stripe, postings, escrow, refunds, '
    'transfers and reversals with what they are by now, disputes, reviews; amounts in minor units. '
    'Raises PY010, PY070. Example: SELECT * FROM ops.payment_timeline(''…'', ''…'');';
