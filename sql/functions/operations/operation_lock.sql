-- Lock order everywhere: payment, payee, operation. The payee's lock is that of transfers_plan: a
-- transfer that goes back to the queue is as one planned anew, and whoever has the payment or payee
-- looked into waits for us, or we for them.
CREATE OR REPLACE FUNCTION payments.operation_lock(p_operation payments.stripe_operations,
                                                   p_goes_back boolean)
RETURNS payments.stripe_operations
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_operation payments.stripe_operations;
BEGIN
    IF p_operation.kind IN ('intent', 'capture', 'cancel', 'refund', 'evidence', 'fetch')
       OR (p_operation.kind = 'transfer' AND p_goes_back) THEN
        PERFORM FROM payments.payment_transactions AS p
          WHERE p.tenant_id = p_operation.tenant_id AND p.id = p_operation.payment_id
              FOR NO KEY UPDATE;
    END IF;
    IF p_operation.kind = 'transfer' AND p_goes_back THEN
        PERFORM FROM payments.connected_accounts AS a
          WHERE a.tenant_id = p_operation.tenant_id
            AND a.id = (SELECT t.connected_account_id FROM payments.stripe_transfers AS t
                         WHERE t.tenant_id = p_operation.tenant_id
                           AND t.id = p_operation.subject_id)
            FOR KEY SHARE;
    END IF;
    SELECT o.* INTO v_operation FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_operation.tenant_id AND o.id = p_operation.id FOR NO KEY UPDATE;
    RETURN v_operation;
END
$$;
COMMENT ON FUNCTION payments.operation_lock(payments.stripe_operations, boolean) IS
    'Locks an operation for this transaction, after what its outcome changes, and returns its row '
    'as it is now. p_goes_back: a transfer may be sent again.';
