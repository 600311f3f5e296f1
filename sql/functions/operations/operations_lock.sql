-- Lock order everywhere: payment, payee, operation, each by id: two batches never wait for each
-- other. The payee's lock is that of transfers_plan: a transfer that goes back to the queue is as
-- one planned anew, and whoever has the payment or payee looked into waits for us, or we for them.
-- Rows and not an array: with = ANY each call would be planned anew.
CREATE OR REPLACE FUNCTION payments.operations_lock(p_tenant_id uuid, p_operation_ids uuid[],
                                                    p_going_back uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_locked bigint;
BEGIN
    PERFORM FROM payments.payment_transactions AS p
      WHERE p.tenant_id = p_tenant_id AND p.id IN (
            SELECT o.payment_id FROM unnest(p_operation_ids) AS i (id)
              JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.id = i.id
             WHERE (o.kind IN ('intent', 'capture', 'cancel', 'refund', 'evidence', 'fetch')
                 OR (o.kind = 'transfer' AND o.id = ANY (p_going_back))))
      ORDER BY p.id
        FOR NO KEY UPDATE;
    IF p_going_back <> '{}' THEN
        PERFORM FROM payments.connected_accounts AS a
          WHERE a.tenant_id = p_tenant_id AND a.id IN (
                SELECT t.connected_account_id FROM payments.stripe_operations AS o
                  JOIN payments.stripe_transfers AS t
                    ON t.tenant_id = p_tenant_id AND t.id = o.subject_id
                 WHERE o.tenant_id = p_tenant_id AND o.id = ANY (p_going_back)
                   AND o.kind = 'transfer')
          ORDER BY a.id
            FOR KEY SHARE;
    END IF;
    PERFORM FROM payments.stripe_operations AS o
      WHERE o.tenant_id = p_tenant_id
        AND o.id IN (SELECT i.id FROM unnest(p_operation_ids) AS i (id))
      ORDER BY o.payment_id, o.id
        FOR NO KEY UPDATE;
    GET DIAGNOSTICS v_locked = ROW_COUNT;
    IF v_locked < (SELECT count(DISTINCT i.id) FROM unnest(p_operation_ids) AS i (id)) THEN
        RAISE EXCEPTION 'no such operation' USING ERRCODE = 'PY010';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.operations_lock(uuid, uuid[], uuid[]) IS
    'Locks operations for this transaction, after what their outcomes change. p_going_back: those '
    'that may be sent again. Raises PY010.';
