BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
SELECT enter(tenant_b());
SELECT ops.tenant_disable(tenant_b());
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_definer;

SELECT lives_ok($$ SELECT payments.tenant_admit(tenant_a()) $$, 'an active tenant is admitted');
SELECT is(current_setting('app.current_tenant_id'), tenant_a()::text,
          'the tenant admitted is entered');
SELECT throws_ok($$ SELECT payments.tenant_admit(tenant_b()) $$, 'PY002', NULL,
                 'a second tenant is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT payments.tenant_admit(tenant_b()) $$, 'PY003', NULL,
                 'a disabled tenant is refused');
SELECT throws_ok($$ SELECT payments.tenant_admit('cccccccc-cccc-4ccc-8ccc-cccccccccccc') $$,
                 'PY003', NULL, 'an unknown tenant is refused');
SELECT throws_ok($$ SELECT payments.tenant_admit(NULL) $$, 'PY001', NULL, 'no tenant is refused');
SELECT throws_ok($$ SELECT payments.tenant_admit('00000000-0000-0000-0000-000000000000') $$,
                 'PY001', NULL, 'the nil tenant is refused');
SELECT is(current_setting('app.current_tenant_id'), '', 'a refused tenant is not left entered');
SELECT unchanged('admission and refusal change no row');
RESET ROLE;
SELECT enter(tenant_b());
SELECT ops.tenant_enable(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT lives_ok($$ SELECT payments.tenant_admit(tenant_b()) $$,
                'a tenant enabled again is admitted again');
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT payments.tenant_admit(tenant_b()) $$, '42501', NULL,
                 'payments_api may not call it');

SELECT * FROM finish();
ROLLBACK;
