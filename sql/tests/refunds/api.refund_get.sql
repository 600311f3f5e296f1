BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), keep('r', refund(pay('k1'), 'r', 100));
SET LOCAL ROLE payments_api;
SELECT is(api.refund_get(tenant_a(), the('r')) ->> 'status', 'succeeded', 'a refund is shown');
SELECT throws_ok($$ SELECT api.refund_get(tenant_a(), gen_random_uuid()) $$, 'PY010', NULL,
                 'an unknown one is not there');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.refund_get(tenant_b(), the('r')) $$, 'PY010', NULL,
                 'nor another tenant''s');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.refund_get('cccccccc-cccc-4ccc-8ccc-cccccccccccc', the('r')) $$,
                 'PY003', NULL, 'an unknown tenant is refused');

SELECT * FROM finish();
ROLLBACK;
