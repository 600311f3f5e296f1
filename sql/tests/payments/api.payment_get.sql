BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT set_config('tap.payment', settled_payment(tenant_a(), 'k')::text, true);
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_api;

SELECT results_eq(
    $$ SELECT d ->> 'id', d ->> 'status', d ->> 'amountCaptured'
         FROM api.payment_get(tenant_a(), current_setting('tap.payment')::uuid) AS d $$,
    $$ VALUES (current_setting('tap.payment'), 'succeeded', '10000') $$,
    'a payment''s document is returned');
SELECT ok(NOT api.payment_get(tenant_a(), current_setting('tap.payment')::uuid) ? 'clientSecret',
          'the client secret is not shown to whoever reads');
SELECT throws_ok('SELECT api.payment_get(tenant_a(), gen_random_uuid())', 'PY010', NULL,
                 'an unknown payment is not found');
SELECT throws_ok('SELECT api.payment_get(tenant_a(), NULL)', 'PY010', NULL,
                 'no payment is not found');
SELECT throws_ok($$ SELECT api.payment_get(tenant_b(), current_setting('tap.payment')::uuid) $$,
                 'PY002', NULL, 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.payment_get(tenant_b(), current_setting('tap.payment')::uuid) $$,
                 'PY010', NULL,
    'another tenant''s payment is not found: the same answer as for one that is not there');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT api.payment_get('cccccccc-cccc-4ccc-8ccc-cccccccccccc',
                              current_setting('tap.payment')::uuid) $$, 'PY003', NULL,
    'an unknown tenant is refused');
SELECT throws_ok($$ SELECT api.payment_get(NULL, current_setting('tap.payment')::uuid) $$, 'PY001',
                 NULL, 'no tenant is refused');
SELECT unchanged('reading and refusing change no row');
SET LOCAL ROLE payments_webhook;
SELECT throws_ok($$ SELECT api.payment_get(tenant_a(), current_setting('tap.payment')::uuid) $$,
                 '42501', NULL, 'the webhook endpoint reads no payment');

SELECT * FROM finish();
ROLLBACK;
