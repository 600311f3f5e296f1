CREATE OR REPLACE FUNCTION ops.escrow_release_by_hand(
    p_tenant_id uuid, p_escrow_id uuid, p_reason text, p_amount bigint DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    PERFORM payments.reason_check(p_reason);
    PERFORM payments.audit_act(p_tenant_id, 'escrow_release_by_hand', p_escrow_id::text);
    RETURN payments.escrow_release_amount(
        payments.escrow_lock(p_tenant_id, p_escrow_id), p_amount, p_reason, session_user,
        'ops:' || gen_random_uuid(), payments.clock());
END
$$;
COMMENT ON FUNCTION ops.escrow_release_by_hand(uuid, uuid, text, bigint) IS
    'Releases held money to its recipient, all of it or p_amount minor units, before its time; '
    'conditions must be confirmed all the same. Returns how many operations became due. Raises '
    'PY010, PY020 (no reason), PY021, PY030, PY070. Example: SELECT '
    'ops.escrow_release_by_hand(''…'', ''…'', ''ticket scanned at the door'');';
