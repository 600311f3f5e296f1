CREATE OR REPLACE FUNCTION api.schema_check()
    RETURNS TABLE (ready boolean, environment text, detail text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$ SELECT true, d.environment, 'migrated'::text FROM payments.deployment AS d $$;
COMMENT ON FUNCTION api.schema_check() IS
    'One row once the schema is there: ready, and what kind of database it is. An undefined '
    'function means: not migrated yet.';
