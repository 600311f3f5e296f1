CREATE OR REPLACE FUNCTION payments.invariant_rows_need_their_tenant()
    RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    WITH tables AS (
        SELECT r.oid, r.relname::text AS name, r.relrowsecurity AND r.relforcerowsecurity AS bound
          FROM pg_catalog.pg_class AS r
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attname = 'tenant_id'
           AND NOT a.attisdropped
         WHERE r.relnamespace = 'payments'::regnamespace AND r.relkind IN ('r', 'p')
    ), bare AS (
        SELECT t.oid FROM tables AS t
        EXCEPT
        SELECT p.polrelid FROM pg_catalog.pg_policy AS p WHERE p.polpermissive
    ), open AS (
        SELECT p.polname::text AS name, p.polrelid FROM pg_catalog.pg_policy AS p
         WHERE p.polpermissive AND p.polroles <> ARRAY['payments_system'::regrole::oid]
           AND pg_catalog.pg_get_expr(p.polqual, p.polrelid)
               || coalesce(pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), '') IS DISTINCT FROM
               repeat('(tenant_id = (NULLIF(current_setting(''app.current_tenant_id''::text, '
                      'true), ''''::text))::uuid)', 2)
    )
    SELECT 'table', t.name, 'row security does not bind its owner' FROM tables AS t
     WHERE NOT t.bound
    UNION ALL
    SELECT 'table', t.name, 'no policy says whose its rows are' FROM tables AS t JOIN bare AS b
    ON b.oid = t.oid
    UNION ALL
    SELECT 'policy', o.name, format('of %s shows rows without their tenant', t.name) FROM open AS o
      JOIN tables AS t ON t.oid = o.polrelid
    UNION ALL
    SELECT 'table', t.name, format('%s may reach it without a function', g.role)
      FROM tables AS t
     CROSS JOIN unnest(ARRAY['payments_api', 'payments_webhook', 'payments_worker',
                             'payments_analyst', 'payments_operator']) AS g (role)
     WHERE pg_catalog.has_table_privilege(g.role, t.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
        OR pg_catalog.has_any_column_privilege(g.role, t.oid, 'SELECT, INSERT, UPDATE')
$$;
COMMENT ON FUNCTION payments.invariant_rows_need_their_tenant() IS
    'Breaches of M19, by the catalog: a tenant table whose rows somebody could see or write '
    'without its tenant. That they are not seen is proven in sql/tests/rls.sql.';
