-- A condition that only an operator may confirm: whatever waits for conditions waits for it, and
-- nothing else has to know.
CREATE OR REPLACE FUNCTION ops.escrow_freeze(p_tenant_id uuid, p_escrow_id uuid, p_reason text)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_escrow payments.escrows;
    v_name text;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    PERFORM payments.reason_check(p_reason);
    v_escrow := payments.escrow_lock(p_tenant_id, p_escrow_id);
    IF v_escrow.status IN ('released', 'canceled') THEN
        RAISE EXCEPTION 'the escrow is over' USING ERRCODE = 'PY030';
    END IF;
    SELECT 'operator_hold_' || count(*) + 1 INTO v_name FROM payments.escrow_conditions AS c
     WHERE c.tenant_id = p_tenant_id AND c.escrow_id = p_escrow_id
       AND c.name LIKE 'operator\_hold\_%';
    INSERT INTO payments.escrow_conditions (tenant_id, id, escrow_id, name)
    VALUES (p_tenant_id, payments.id_derive(p_tenant_id, 'escrow_condition', p_escrow_id::text,
                                            v_name), p_escrow_id, v_name);
    PERFORM payments.escrow_note(p_tenant_id, p_escrow_id, 'frozen', NULL, p_reason, session_user,
                                 v_name, v_now);
    PERFORM payments.audit_act(p_tenant_id, 'escrow_freeze', p_escrow_id::text);
    RETURN v_name;
END
$$;
COMMENT ON FUNCTION ops.escrow_freeze(uuid, uuid, text) IS
    'Keeps an escrow from being released, by anybody and by time, until escrow_unfreeze; it can '
    'still be canceled. Returns the condition that stands for it. Raises PY010, PY020 (no reason), '
    'PY030 (over), PY070. Example: SELECT ops.escrow_freeze(''…'', ''…'', ''seller under '
    'investigation'');';
