CREATE OR REPLACE FUNCTION api.escrows_release_due(p_tenant_id uuid, p_limit integer)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_escrow_id uuid;
    v_escrow payments.escrows;
    v_due integer := 0;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    FOR v_escrow_id IN
        SELECT e.id FROM payments.escrows AS e
         WHERE e.tenant_id = p_tenant_id AND e.status IN ('held', 'partially_released')
           AND e.hold_until <= v_now
           AND NOT EXISTS (SELECT FROM payments.escrow_conditions AS c
                            WHERE c.tenant_id = p_tenant_id AND c.escrow_id = e.id
                              AND c.confirmed_at IS NULL)
           AND NOT payments.payment_refunding(p_tenant_id, e.payment_id)
         ORDER BY e.hold_until, e.id LIMIT p_limit
    LOOP
        v_escrow := payments.escrow_lock(p_tenant_id, v_escrow_id);
        CONTINUE WHEN v_escrow.status NOT IN ('held', 'partially_released')
            OR payments.payment_frozen(p_tenant_id, v_escrow.payment_id)
            OR payments.payment_refunding(p_tenant_id, v_escrow.payment_id);
        v_due := v_due + payments.escrow_release_amount(v_escrow, NULL, 'hold ended', 'worker',
                                                        'timed', v_now);
    END LOOP;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION api.escrows_release_due(uuid, integer) IS
    'Releases the escrows of a tenant whose time has come and whose conditions are confirmed, at '
    'most p_limit, and returns how many operations became due. Raises PY001, PY002.';
