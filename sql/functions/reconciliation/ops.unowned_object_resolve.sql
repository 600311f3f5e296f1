-- owner: payments_system
CREATE OR REPLACE FUNCTION ops.unowned_object_resolve(p_provider_account text, p_provider_id text,
                                                      p_note text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    IF length(btrim(p_note)) > 0 IS NOT TRUE THEN
        RAISE EXCEPTION 'a note must say what it is' USING ERRCODE = 'PY020';
    END IF;
    UPDATE payments.unowned_objects AS u
       SET state = 'resolved', resolved_by = session_user, note = p_note
     WHERE u.provider_account = p_provider_account AND u.provider_id = p_provider_id
       AND u.state = 'open';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such open object' USING ERRCODE = 'PY010';
    END IF;
    RETURN 'resolved';
END
$$;
COMMENT ON FUNCTION ops.unowned_object_resolve(text, text, text) IS
    'Explains an object at Stripe that belongs to no tenant, with a note and the name of who did: '
    'it is not reported again. Raises PY010, PY020. Example: SELECT '
    'ops.unowned_object_resolve(''platform'', ''pi_…'', ''the old shop'');';
