CREATE OR REPLACE FUNCTION payments.invariant_rows_need_their_tenant()
    RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    WITH tables AS (
        SELECT relation.oid, relation.relname::text AS name, relation.relrowsecurity
          AND relation.relforcerowsecurity AS bound
          FROM pg_catalog.pg_class AS relation
          JOIN pg_catalog.pg_attribute AS attribute
            ON attribute.attrelid = relation.oid AND attribute.attname = 'tenant_id'
           AND NOT attribute.attisdropped
         WHERE relation.relnamespace = 'payments'::regnamespace AND relation.relkind IN ('r', 'p')
    ), bare AS (
        SELECT tables.oid FROM tables
        EXCEPT
        SELECT policy.polrelid FROM pg_catalog.pg_policy AS policy WHERE policy.polpermissive
    ), open AS (
        SELECT policy.polname::text AS name, policy.polrelid FROM pg_catalog.pg_policy AS policy
         WHERE policy.polpermissive AND policy.polroles <> ARRAY['payments_system'::regrole::oid]
           AND pg_catalog.pg_get_expr(policy.polqual, policy.polrelid)
               || coalesce(pg_catalog.pg_get_expr(policy.polwithcheck, policy.polrelid),
                           '') IS DISTINCT FROM
               repeat('(tenant_id = (NULLIF(current_setting(''app.current_tenant_id''::text, '
                      'true), ''''::text))::uuid)', 2)
    )
    SELECT 'table', tables.name, 'row security does not bind its owner' FROM tables
     WHERE NOT tables.bound
    UNION ALL
    SELECT 'table', tables.name, 'no policy says whose its rows are' FROM tables
      JOIN bare ON bare.oid = tables.oid
    UNION ALL
    SELECT 'policy', open.name, format('of %s shows rows without their tenant', tables.name)
      FROM open JOIN tables ON tables.oid = open.polrelid
    UNION ALL
    SELECT 'table', tables.name, format('%s may reach it without a function', caller.role)
      FROM tables
     CROSS JOIN unnest(ARRAY['payments_api', 'payments_webhook', 'payments_worker',
                             'payments_analyst', 'payments_operator']) AS caller (role)
     WHERE pg_catalog.has_table_privilege(caller.role, tables.oid,
                                          'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
        OR pg_catalog.has_any_column_privilege(caller.role, tables.oid, 'SELECT, INSERT, UPDATE')
$$;
COMMENT ON FUNCTION payments.invariant_rows_need_their_tenant() IS
    'Breaches of M19, by the catalog: a tenant table whose rows somebody could see or write '
    'without its tenant. That they are not seen is proven in sql/tests/rls.sql.';
