CREATE OR REPLACE FUNCTION ops.sanctions_begin(p_format text, p_digest bytea) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_version_id CONSTANT uuid := gen_random_uuid();
BEGIN
    PERFORM payments.owner_check();
    IF (p_format IN ('ofac', 'opensanctions')) IS NOT TRUE THEN
        RAISE EXCEPTION 'formats are ofac and opensanctions' USING ERRCODE = 'PY020';
    END IF;
    IF EXISTS (SELECT FROM payments.sanctions_lists AS l
                 JOIN payments.sanctions_versions AS v ON v.version_id = l.version_id
                WHERE l.format = p_format AND v.digest = p_digest) THEN
        RETURN NULL;
    END IF;
    INSERT INTO payments.sanctions_versions (version_id, format, digest, names, imported_at,
                                             imported_by)
    VALUES (v_version_id, p_format, p_digest, 0, payments.clock(), session_user);
    RETURN v_version_id;
END
$$;
COMMENT ON FUNCTION ops.sanctions_begin(text, bytea) IS
    'Begins a new version of a list and returns its id; null when just this file (SHA-256) is in '
    'force. Raises PY020, PY070.';
