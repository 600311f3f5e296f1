CREATE OR REPLACE FUNCTION ops.sanctions_versions()
RETURNS TABLE (format text, version_id uuid, names bigint, imported_at timestamptz,
               imported_by text, in_force boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT v.format, v.version_id, v.names, v.imported_at, v.imported_by,
           EXISTS (SELECT FROM payments.sanctions_lists AS l WHERE l.version_id = v.version_id)
      FROM payments.sanctions_versions AS v ORDER BY v.imported_at DESC
$$;
COMMENT ON FUNCTION ops.sanctions_versions() IS
    'Which lists were imported when, and which are in force. Example: SELECT * FROM '
    'ops.sanctions_versions();';
