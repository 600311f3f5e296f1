BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT api.nonce_use(tenant_a(), 'orders', 'n-' || i, 900) FROM generate_series(1, 3) AS i;
SELECT enter(NULL);
SELECT api.nonce_use(tenant_b(), 'orders', 'n-1', 900);
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT advance('899 seconds');
SELECT is(api.nonces_sweep(tenant_a(), 10), 0,
          'a nonce whose signature could still be let in stays');
SELECT advance('1 second');
SELECT is(api.nonces_sweep(tenant_a(), 2), 2, 'then it goes, a few at a time');
SELECT is(api.nonces_sweep(tenant_a(), 2), 1, 'until none is left');
SELECT enter(NULL);
SELECT is(api.nonces_sweep(tenant_b(), 10), 1, 'each tenant''s own only');
RESET ROLE;
SELECT is_empty('SELECT 1 FROM payments.request_nonces', 'nothing is left');
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT api.nonces_sweep(tenant_b(), 10) $$, '42501', NULL,
                 'the web''s group forgets nothing');

SELECT * FROM finish();
ROLLBACK;
