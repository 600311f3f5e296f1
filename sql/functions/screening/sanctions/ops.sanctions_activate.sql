CREATE OR REPLACE FUNCTION ops.sanctions_activate(p_version_id uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_version payments.sanctions_versions;
    v_before uuid;
BEGIN
    PERFORM payments.owner_check();
    SELECT v.* INTO v_version FROM payments.sanctions_versions AS v
     WHERE v.version_id = p_version_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such version' USING ERRCODE = 'PY010';
    END IF;
    -- The first of a format has no row to wait at: the insert is where two of them meet.
    INSERT INTO payments.sanctions_lists (format, version_id, activated_at, activated_by)
    VALUES (v_version.format, p_version_id, payments.clock(), session_user) ON CONFLICT DO NOTHING;
    SELECT l.version_id INTO v_before FROM payments.sanctions_lists AS l
     WHERE l.format = v_version.format FOR UPDATE;
    IF NOT EXISTS (SELECT FROM payments.sanctions_entries AS e
                    WHERE e.version_id = p_version_id) THEN
        RAISE EXCEPTION 'the version has no name' USING ERRCODE = 'PY020',
            HINT = 'Is the file of the format that was named? The names of a version go with the '
                   'second one after it.';
    END IF;
    UPDATE payments.sanctions_lists AS l
       SET version_id = p_version_id, activated_at = payments.clock(), activated_by = session_user
     WHERE l.format = v_version.format;
    -- Screenings keep what they found: the version before stays beside, the names of older ones go.
    -- A younger one is being imported.
    DELETE FROM payments.sanctions_entries AS e
     USING payments.sanctions_versions AS old, payments.sanctions_versions AS before
     WHERE before.version_id = v_before AND old.version_id = e.version_id
       AND old.format = v_version.format AND old.imported_at < before.imported_at
       AND old.version_id <> p_version_id;
    RETURN v_version.names;
END
$$;
COMMENT ON FUNCTION ops.sanctions_activate(uuid) IS
    'Screens against this version from the commit on, and returns how many names it has. Raises '
    'PY010, PY020 (no names), PY070.';
