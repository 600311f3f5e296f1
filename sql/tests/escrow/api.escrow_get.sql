BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale());
SELECT keep('e', escrow_of(pay('k1'))), enter(NULL);
SET LOCAL ROLE payments_api;
SELECT is(api.escrow_get(tenant_a(), the('e')) ->> 'status', 'held', 'an escrow is shown');
SELECT throws_ok($$ SELECT api.escrow_get(tenant_a(), gen_random_uuid()) $$, 'PY010', NULL,
                 'an unknown one is not there');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.escrow_get(tenant_b(), the('e')) $$, 'PY010', NULL,
                 'nor another tenant''s');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.escrow_get('cccccccc-cccc-4ccc-8ccc-cccccccccccc', the('e')) $$,
                 'PY003', NULL, 'an unknown tenant is refused');

SELECT * FROM finish();
ROLLBACK;
