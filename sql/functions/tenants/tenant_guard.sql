-- owner: payments_owner
-- Row security already refuses a foreign row on plain PostgreSQL; on a distributed one an INSERT …
-- SELECT can pass it by.
CREATE OR REPLACE FUNCTION payments.tenant_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = payments, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'row of another tenant, or no tenant entered' USING ERRCODE = 'PY002';
END
$$;
COMMENT ON FUNCTION payments.tenant_guard() IS
    'Fires only for a row whose tenant is not the one entered. Raises PY002.';
DO $$
DECLARE
    v_table name;
BEGIN
    FOR v_table IN
        SELECT c.relname
          FROM pg_catalog.pg_class AS c
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
           AND a.attnotnull
         WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind IN ('r', 'p')
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER tenant_guard BEFORE INSERT ON payments.%I FOR EACH ROW'
            ' WHEN (NEW.tenant_id IS DISTINCT FROM '
            'nullif(current_setting(''app.current_tenant_id'', true), '''')::uuid)'
            ' EXECUTE FUNCTION payments.tenant_guard()', v_table);
    END LOOP;
END
$$;
