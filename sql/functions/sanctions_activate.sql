CREATE OR REPLACE FUNCTION ops.sanctions_activate(p_version_id uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_version payments.sanctions_versions;
    v_before uuid;
BEGIN
    PERFORM payments.owner_check();
    SELECT v.* INTO v_version FROM payments.sanctions_versions AS v WHERE v.version_id = p_version_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such version' USING ERRCODE = 'PY010';
    END IF;
    IF v_version.names = 0 THEN
        RAISE EXCEPTION 'the file has no name in it' USING ERRCODE = 'PY020', HINT = 'Is it of the format that was named?';
    END IF;
    SELECT l.version_id INTO v_before FROM payments.sanctions_lists AS l WHERE l.format = v_version.format;
    INSERT INTO payments.sanctions_lists AS l (format, version_id) VALUES (v_version.format, p_version_id)
    ON CONFLICT (format) DO UPDATE SET version_id = excluded.version_id;
    -- Screenings keep what they found: the version before stays beside, the names of older ones go.
    DELETE FROM payments.sanctions_entries AS e
     USING payments.sanctions_versions AS v
     WHERE v.version_id = e.version_id AND v.format = v_version.format AND e.version_id NOT IN (p_version_id, coalesce(v_before, p_version_id));
    RETURN v_version.names;
END
$$;
COMMENT ON FUNCTION ops.sanctions_activate(uuid) IS
    'Screens against this version from the commit on, and returns how many names it has. Raises PY010, PY020 (empty), PY070.';
