CREATE OR REPLACE FUNCTION payments.reversals_deduct_unsent(
    p_tenant_id uuid, p_transfer_id uuid, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_reversals uuid[];
    v_amount bigint;
BEGIN
    WITH forgone AS (
        UPDATE payments.transfer_reversals AS r SET status = 'canceled', updated_at = p_now
         WHERE r.tenant_id = p_tenant_id AND r.transfer_id = p_transfer_id AND r.status = 'waiting'
        RETURNING r.id, r.amount
    )
    SELECT array_agg(f.id ORDER BY f.id), sum(f.amount) INTO v_reversals, v_amount
      FROM forgone AS f;
    IF v_reversals IS NULL THEN
        RETURN 0;
    END IF;
    RETURN payments.transfer_reduce(p_tenant_id, p_transfer_id, v_amount, v_reversals[1], p_now);
END
$$;
COMMENT ON FUNCTION payments.reversals_deduct_unsent(uuid, uuid, timestamptz) IS
    'Stripe has refused a transfer: what was to be reversed once it is paid comes off it instead, '
    'and what is left is planned anew. Returns how many operations became due.';
