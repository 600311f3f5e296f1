BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), dispute(pay('k1'), 'd', 'lost');
SELECT keep('d', dispute_of(pay('k1'), 'd'));
SET LOCAL ROLE payments_api;
SELECT is(api.dispute_get(tenant_a(), the('d')) ->> 'status', 'lost', 'a dispute is shown');
SELECT throws_ok($$ SELECT api.dispute_get(tenant_a(), gen_random_uuid()) $$, 'PY010', NULL,
                 'an unknown one is not there');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.dispute_get(tenant_b(), the('d')) $$, 'PY010', NULL,
                 'nor another tenant''s');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.dispute_get('cccccccc-cccc-4ccc-8ccc-cccccccccccc', the('d')) $$,
                 'PY003', NULL, 'an unknown tenant is refused');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.dispute_get(tenant_a(), the('d')) $$, '42501', NULL,
                 'the worker''s group does not ask');

SELECT * FROM finish();
ROLLBACK;
