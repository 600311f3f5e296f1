BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SET LOCAL ROLE payments_api;
SELECT lives_ok($$ SELECT api.nonce_use(tenant_a(), 'orders', 'n-1', 900) $$, 'a nonce is used up');
SELECT remember();
SELECT throws_ok($$ SELECT api.nonce_use(tenant_a(), 'orders', 'n-1', 900) $$, 'PY042', NULL,
                 'the second time it is a replay');
SELECT throws_ok($$ SELECT api.nonce_use(tenant_a(), 'orders', '', 900) $$, '23514', NULL,
                 'an empty nonce is refused');
SELECT unchanged('no refused nonce is remembered');
SELECT lives_ok($$ SELECT api.nonce_use(tenant_a(), 'events', 'n-1', 900) $$,
                'another key may use the same nonce');
SELECT enter(NULL);
SELECT lives_ok($$ SELECT api.nonce_use(tenant_b(), 'orders', 'n-1', 900) $$,
                'another tenant too: the signature covers the token');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT api.nonce_use('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'orders', 'n', 900) $$, 'PY003',
    NULL, 'an unknown tenant is refused');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.nonce_use(tenant_a(), 'orders', 'n-2', 900) $$, '42501', NULL,
                 'the worker''s group uses none');

SELECT * FROM finish();
ROLLBACK;
