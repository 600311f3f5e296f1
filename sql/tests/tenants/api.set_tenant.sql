BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SET LOCAL ROLE payments_api;

SELECT lives_ok($$ SELECT api.set_tenant(tenant_a()) $$, 'a caller enters a tenant');
SELECT is(current_setting('app.current_tenant_id'), tenant_a()::text,
          'the tenant entered is the context');
SELECT lives_ok($$ SELECT api.set_tenant(tenant_a()) $$, 'the same tenant again is no error');

SELECT throws_ok($$ SELECT api.set_tenant(tenant_b()) $$, 'PY002', NULL,
                 'another tenant in the same transaction is refused');
SELECT is(current_setting('app.current_tenant_id'), tenant_a()::text,
          'the refusal leaves the first tenant entered');
SELECT throws_ok($$ SELECT api.set_tenant(NULL) $$, 'PY001', NULL, 'no tenant is refused');
SELECT throws_ok($$ SELECT api.set_tenant('00000000-0000-0000-0000-000000000000') $$, 'PY001', NULL,
                 'the nil tenant is refused');
SELECT is(current_setting('app.current_tenant_id'), tenant_a()::text,
          'these refusals leave the first tenant entered, too');

SAVEPOINT before;
SELECT enter(NULL);
SELECT api.set_tenant(tenant_b());
ROLLBACK TO SAVEPOINT before;
SELECT is(current_setting('app.current_tenant_id'), tenant_a()::text,
          'a rolled back entry leaves nothing behind');
SELECT enter(NULL);
SELECT lives_ok($$ SELECT api.set_tenant('cccccccc-cccc-4ccc-8ccc-cccccccccccc') $$,
    'a tenant that is not registered can be entered: it has no rows to see');

SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT lives_ok($$ SELECT api.set_tenant(tenant_b()) $$, 'a worker enters a tenant, too');
SELECT enter(NULL);
SET LOCAL ROLE payments_webhook;
SELECT throws_ok($$ SELECT api.set_tenant(tenant_a()) $$, '42501', NULL,
                 'the webhook endpoint may not enter a tenant');
SET LOCAL ROLE payments_analyst;
SELECT throws_ok($$ SELECT api.set_tenant(tenant_a()) $$, '42501', NULL,
                 'an analyst may not enter a tenant');

SELECT * FROM finish();
ROLLBACK;
