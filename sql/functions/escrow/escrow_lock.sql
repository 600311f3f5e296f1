CREATE OR REPLACE FUNCTION payments.escrow_lock(p_tenant_id uuid, p_escrow_id uuid)
RETURNS payments.escrows
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_escrow payments.escrows;
BEGIN
    SELECT e.* INTO v_escrow FROM payments.escrows AS e WHERE e.tenant_id = p_tenant_id
       AND e.id = p_escrow_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such escrow' USING ERRCODE = 'PY010';
    END IF;
    -- The payment's lock covers its escrow, as everywhere.
    PERFORM payments.payment_lock(p_tenant_id, v_escrow.payment_id);
    SELECT e.* INTO v_escrow FROM payments.escrows AS e WHERE e.tenant_id = p_tenant_id
       AND e.id = p_escrow_id;
    RETURN v_escrow;
END
$$;
COMMENT ON FUNCTION payments.escrow_lock(uuid, uuid) IS
    'Locks an escrow by its payment and returns its row. Raises PY010.';
