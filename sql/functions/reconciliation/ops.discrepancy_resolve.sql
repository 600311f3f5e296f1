CREATE OR REPLACE FUNCTION ops.discrepancy_resolve(p_tenant_id uuid, p_discrepancy_id uuid,
                                                   p_note text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    IF length(btrim(p_note)) > 0 IS NOT TRUE THEN
        RAISE EXCEPTION 'a note must say why it is right' USING ERRCODE = 'PY020';
    END IF;
    UPDATE payments.discrepancies AS d
       SET state = 'resolved', ended_at = payments.clock(), resolved_by = session_user,
           note = p_note
     WHERE d.tenant_id = p_tenant_id AND d.id = p_discrepancy_id AND d.state = 'open';
    IF FOUND THEN
        PERFORM payments.audit_act(p_tenant_id, 'discrepancy_resolve', p_discrepancy_id::text);
        RETURN 'resolved';
    END IF;
    PERFORM FROM payments.discrepancies AS d WHERE d.tenant_id = p_tenant_id
        AND d.id = p_discrepancy_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such discrepancy' USING ERRCODE = 'PY010';
    END IF;
    RAISE EXCEPTION 'the discrepancy is not open any more' USING ERRCODE = 'PY030';
END
$$;
COMMENT ON FUNCTION ops.discrepancy_resolve(uuid, uuid, text) IS
    'Explains a discrepancy, with a note and the name of who did; it comes back only when its '
    'figures change. Moves no money. Raises PY010, PY020, PY030, PY070. Example: SELECT '
    'ops.discrepancy_resolve(''…'', ''…'', ''goodwill, agreed with the venue'');';
