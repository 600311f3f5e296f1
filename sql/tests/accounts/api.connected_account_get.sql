BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT set_config('tap.account', open_account(tenant_a(), 'venue', 'v1')::text, true);
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_api;

SELECT results_eq(
    $$ SELECT d ->> 'id', d ->> 'status', d -> 'transfersEnabled'
         FROM api.connected_account_get(tenant_a(), current_setting('tap.account')::uuid) AS d $$,
    $$ VALUES (current_setting('tap.account')::text, 'open', 'true'::jsonb) $$,
    'an account''s document is returned');
SELECT throws_ok('SELECT api.connected_account_get(tenant_a(), gen_random_uuid())', 'PY010', NULL,
                 'an unknown account is not found');
SELECT throws_ok('SELECT api.connected_account_get(tenant_a(), NULL)', 'PY010', NULL,
                 'no account is not found');
SELECT throws_ok(
    $$ SELECT api.connected_account_get(tenant_b(), current_setting('tap.account')::uuid) $$,
    'PY002', NULL, 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT api.connected_account_get(tenant_b(), current_setting('tap.account')::uuid) $$,
    'PY010', NULL, 'another tenant''s account is not found');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT api.connected_account_get('cccccccc-cccc-4ccc-8ccc-cccccccccccc',
                                        current_setting('tap.account')::uuid) $$, 'PY003', NULL,
    'an unknown tenant is refused');
SELECT throws_ok($$ SELECT api.connected_account_get(NULL, current_setting('tap.account')::uuid) $$,
                 'PY001', NULL, 'no tenant is refused');
SELECT unchanged('reading and refusing change no row');
SET LOCAL ROLE payments_worker;
SELECT throws_ok(
    $$ SELECT api.connected_account_get(tenant_a(), current_setting('tap.account')::uuid) $$,
    '42501', NULL, 'the worker''s group reads no account');
RESET ROLE;
UPDATE payments.tenants SET status = 'disabled';
SET LOCAL ROLE payments_api;
SELECT throws_ok(
    $$ SELECT api.connected_account_get(tenant_a(), current_setting('tap.account')::uuid) $$,
    'PY003', NULL, 'a disabled tenant is refused');

SELECT * FROM finish();
ROLLBACK;
