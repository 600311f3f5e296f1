BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
SET LOCAL ROLE payments_definer;

SELECT lives_ok($$ SELECT payments.tenant_enter(tenant_a()) $$, 'a function enters a tenant');
SELECT is(current_setting('app.current_tenant_id'), tenant_a()::text,
          'the tenant entered is the context');
SELECT lives_ok($$ SELECT payments.tenant_enter(tenant_a()) $$,
                'the same tenant again is no error');

SELECT throws_ok($$ SELECT payments.tenant_enter(tenant_b()) $$, 'PY002', NULL,
                 'another tenant in the same transaction is refused');
SELECT is(current_setting('app.current_tenant_id'), tenant_a()::text,
          'the refusal leaves the first tenant entered');
SELECT throws_ok($$ SELECT payments.tenant_enter(NULL) $$, 'PY001', NULL, 'no tenant is refused');
SELECT throws_ok($$ SELECT payments.tenant_enter('00000000-0000-0000-0000-000000000000') $$,
                 'PY001', NULL, 'the nil tenant is refused');
SELECT is(current_setting('app.current_tenant_id'), tenant_a()::text,
          'these refusals leave the first tenant entered, too');

SAVEPOINT before;
SELECT enter(NULL);
SELECT payments.tenant_enter(tenant_b());
ROLLBACK TO SAVEPOINT before;
SELECT is(current_setting('app.current_tenant_id'), tenant_a()::text,
          'a rolled back entry leaves nothing behind');
SELECT enter(NULL);
SELECT lives_ok($$ SELECT payments.tenant_enter('cccccccc-cccc-4ccc-8ccc-cccccccccccc') $$,
    'a tenant that is not registered can be entered: it has no rows to see');

SELECT enter(NULL);
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT payments.tenant_enter(tenant_a()) $$, '42501', NULL,
                 'a caller may not call it directly');

SELECT * FROM finish();
ROLLBACK;
