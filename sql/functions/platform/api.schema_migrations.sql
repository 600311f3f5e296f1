-- plpgsql, for a body that is looked at when it runs: grants.sql, loaded last, gives the right to
-- read.
CREATE OR REPLACE FUNCTION api.schema_migrations() RETURNS TABLE (name text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT m.migration_id::text FROM migrations._yoyo_migration AS m;
END
$$;
COMMENT ON FUNCTION api.schema_migrations() IS
    'Names of the migrations that were applied. A process waits until all it knows are among them; '
    'more of them do not disturb it.';
