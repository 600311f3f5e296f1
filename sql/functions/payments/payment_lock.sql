CREATE OR REPLACE FUNCTION payments.payment_lock(p_tenant_id uuid, p_payment_id uuid)
    RETURNS payments.payment_transactions
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payment payments.payment_transactions;
BEGIN
    SELECT p.* INTO v_payment FROM payments.payment_transactions AS p
     WHERE p.tenant_id = p_tenant_id AND p.id = p_payment_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such payment' USING ERRCODE = 'PY010';
    END IF;
    RETURN v_payment;
END
$$;
COMMENT ON FUNCTION payments.payment_lock(uuid, uuid) IS
    'Locks a payment for this transaction and returns its row; everything that moves its money '
    'starts here. Raises PY010.';
