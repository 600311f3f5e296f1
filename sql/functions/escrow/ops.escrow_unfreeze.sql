CREATE OR REPLACE FUNCTION ops.escrow_unfreeze(p_tenant_id uuid, p_escrow_id uuid, p_reason text)
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_name text;
    v_lifted integer := 0;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    PERFORM payments.reason_check(p_reason);
    PERFORM payments.escrow_lock(p_tenant_id, p_escrow_id);
    FOR v_name IN
        UPDATE payments.escrow_conditions AS c
           SET evidence = p_reason, confirmed_by = session_user, confirmed_at = v_now
         WHERE c.tenant_id = p_tenant_id AND c.escrow_id = p_escrow_id
           AND c.name LIKE 'operator\_hold\_%' AND c.confirmed_at IS NULL
        RETURNING c.name
    LOOP
        PERFORM payments.escrow_note(p_tenant_id, p_escrow_id, 'unfrozen', NULL, p_reason,
                                     session_user, v_name, v_now);
        v_lifted := v_lifted + 1;
    END LOOP;
    IF v_lifted = 0 THEN
        RAISE EXCEPTION 'no operator has frozen this escrow' USING ERRCODE = 'PY030';
    END IF;
    PERFORM payments.audit_act(p_tenant_id, 'escrow_unfreeze', p_escrow_id::text);
    RETURN v_lifted;
END
$$;
COMMENT ON FUNCTION ops.escrow_unfreeze(uuid, uuid, text) IS
    'Lifts what operators froze of an escrow and returns how many freezes that were; a timed one '
    'goes out at its time. Raises PY010, PY020 (no reason), PY030 (not frozen), PY070. Example: '
    'SELECT ops.escrow_unfreeze(''…'', ''…'', ''investigation closed'');';
