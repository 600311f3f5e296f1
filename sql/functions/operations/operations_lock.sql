-- Lock order everywhere: payment, payee, operation. By payment, then by id, so that two batches
-- never wait for each other. The payee's lock is that of transfers_plan: a transfer that goes back
-- to the queue is as one planned anew, and whoever has the payment or payee looked into waits for
-- us, or we for them.
CREATE OR REPLACE FUNCTION payments.operations_lock(p_tenant_id uuid, p_results jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_told record;
BEGIN
    FOR v_told IN
        WITH told AS MATERIALIZED (
            SELECT (r ->> 'operationId')::uuid AS id,
                   bool_or(r #>> '{result,outcome}' IN ('failed', 'not_sent')) AS goes_back
              FROM jsonb_array_elements(p_results) AS r GROUP BY r ->> 'operationId'
        )
        SELECT t.id, t.goes_back, o.kind, o.payment_id, o.subject_id
          FROM told AS t
          -- LIMIT: one probe each, and never a scan of all the tenant's operations.
          LEFT JOIN LATERAL (SELECT o.kind, o.payment_id, o.subject_id
                               FROM payments.stripe_operations AS o
                              WHERE o.tenant_id = p_tenant_id AND o.id = t.id LIMIT 1) AS o ON true
         ORDER BY o.payment_id, t.id
    LOOP
        IF v_told.kind IN ('intent', 'capture', 'cancel', 'refund', 'evidence', 'fetch')
           OR (v_told.kind = 'transfer' AND v_told.goes_back) THEN
            PERFORM FROM payments.payment_transactions AS p
              WHERE p.tenant_id = p_tenant_id AND p.id = v_told.payment_id FOR NO KEY UPDATE;
        END IF;
        IF v_told.kind = 'transfer' AND v_told.goes_back THEN
            PERFORM FROM payments.connected_accounts AS a
              WHERE a.tenant_id = p_tenant_id
                AND a.id = (SELECT t.connected_account_id FROM payments.stripe_transfers AS t
                             WHERE t.tenant_id = p_tenant_id AND t.id = v_told.subject_id)
                FOR KEY SHARE;
        END IF;
        PERFORM FROM payments.stripe_operations AS o
          WHERE o.tenant_id = p_tenant_id AND o.id = v_told.id FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no such operation' USING ERRCODE = 'PY010';
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION payments.operations_lock(uuid, jsonb) IS
    'Locks the operations of results, {operationId, result}, for this transaction, after what '
    'their outcomes change: what was failed or not_sent may be sent again. Raises PY010.';
