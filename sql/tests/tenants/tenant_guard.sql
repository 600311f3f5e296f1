BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT enter(tenant_a());
-- As a superuser, whom row security does not bind: only the trigger is left to refuse.
SELECT remember();
SELECT throws_ok($$
    INSERT INTO payments.tenant_members (tenant_id, role_name, created_at)
    VALUES (tenant_b(), 'x', now())
$$, 'PY002', NULL, 'a row of another tenant is refused even to a superuser');
SELECT throws_ok($$
    INSERT INTO payments.tenant_members (tenant_id, role_name, created_at)
    SELECT t.tenant_id, 'x', now() FROM payments.tenants AS t
$$, 'PY002', NULL, 'an INSERT … SELECT with one foreign row is refused as a whole');
SELECT unchanged('the refused rows are not there');
SELECT enter(NULL);
SELECT throws_ok($$
    INSERT INTO payments.tenant_members (tenant_id, role_name, created_at)
    VALUES (tenant_a(), 'x', now())
$$, 'PY002', NULL, 'without a tenant entered no row is written');
SELECT unchanged('the row without a context is not there');
SELECT enter(tenant_a());
SELECT lives_ok($$
    INSERT INTO payments.tenant_members (tenant_id, role_name, created_at)
    VALUES (tenant_a(), 'x', now())
$$, 'a row of the tenant entered is written');

-- Every table that has the trigger refuses a row of nobody, whatever else is in it.
CREATE FUNCTION pg_temp.insert_states() RETURNS TABLE (relname name, state text) LANGUAGE plpgsql
    AS $$
BEGIN
    FOR relname IN
        SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
           AND a.attname = 'tenant_id' AND a.attnotnull
         WHERE c.relnamespace = 'payments'::regnamespace AND c.relkind = 'r'
    LOOP
        BEGIN
            EXECUTE format('INSERT INTO payments.%I (tenant_id) VALUES (tap_helpers.tenant_b())',
                           relname);
            state := 'inserted';
        EXCEPTION WHEN OTHERS THEN
            state := SQLSTATE;
        END;
        RETURN NEXT;
    END LOOP;
END
$$;
SELECT set_eq('SELECT relname FROM pg_temp.insert_states()',
    $$ SELECT c.relname FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid
        WHERE g.tgname = 'tenant_guard' $$,
    'the tables that hold rows of tenants are the ones with the guard');
SELECT is_empty($$ SELECT * FROM pg_temp.insert_states() AS s WHERE s.state <> 'PY002' $$,
    'each of them refuses another tenant''s row before it looks at anything else');

SELECT * FROM finish();
ROLLBACK;
