-- Lock order everywhere: payment, payee, operation, each by id: two batches never wait for each
-- other. The payee's lock is that of transfers_plan: a transfer that goes back to the queue is as
-- one planned anew, and whoever has the payment or payee looked into waits for us, or we for them.
-- A document and not arrays: a statement with an array is planned anew by every call.
CREATE OR REPLACE FUNCTION payments.operations_lock(p_tenant_id uuid, p_results jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_locked bigint;
BEGIN
    PERFORM FROM payments.payment_transactions AS p
      WHERE p.tenant_id = p_tenant_id AND p.id IN (
            SELECT o.payment_id
              FROM (SELECT (r ->> 'operationId')::uuid AS id, r #>> '{result,outcome}' AS outcome
                      FROM jsonb_array_elements(p_results) AS r) AS told
              JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.id = told.id
             WHERE o.kind IN ('intent', 'capture', 'cancel', 'refund', 'evidence', 'fetch')
                OR (o.kind = 'transfer' AND told.outcome IN ('failed', 'not_sent')))
      ORDER BY p.id
        FOR NO KEY UPDATE;
    IF p_results @? '$[*].result.outcome ? (@ == "failed" || @ == "not_sent")' THEN
        PERFORM FROM payments.connected_accounts AS a
          WHERE a.tenant_id = p_tenant_id AND a.id IN (
                SELECT t.connected_account_id
                  FROM (SELECT (r ->> 'operationId')::uuid AS id
                          FROM jsonb_array_elements(p_results) AS r
                         WHERE r #>> '{result,outcome}' IN ('failed', 'not_sent')) AS told
                  JOIN payments.stripe_operations AS o
                    ON o.tenant_id = p_tenant_id AND o.id = told.id AND o.kind = 'transfer'
                  JOIN payments.stripe_transfers AS t
                    ON t.tenant_id = p_tenant_id AND t.id = o.subject_id)
          ORDER BY a.id
            FOR KEY SHARE;
    END IF;
    PERFORM FROM payments.stripe_operations AS o
      WHERE o.tenant_id = p_tenant_id AND o.id IN (
            SELECT (r ->> 'operationId')::uuid FROM jsonb_array_elements(p_results) AS r)
      ORDER BY o.payment_id, o.id
        FOR NO KEY UPDATE;
    GET DIAGNOSTICS v_locked = ROW_COUNT;
    IF v_locked < (SELECT count(DISTINCT r ->> 'operationId')
                     FROM jsonb_array_elements(p_results) AS r) THEN
        RAISE EXCEPTION 'no such operation' USING ERRCODE = 'PY010';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.operations_lock(uuid, jsonb) IS
    'Locks the operations of results, {operationId, result}, for this transaction, after what '
    'their outcomes change: what was failed or not_sent may be sent again. Raises PY010.';
