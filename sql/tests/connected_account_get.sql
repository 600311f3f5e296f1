BEGIN;
SELECT plan(5);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT keep('one', account_of(tenant_a(), 'v1'));
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT is(api.connected_account_get(tenant_a(), the('one')) ->> 'stripeAccountId', 'acct_v1_aaaaaaaa', 'an account can be looked at');
SELECT throws_ok($$ SELECT api.connected_account_get(tenant_a(), tenant_b()) $$, 'PY010', NULL, 'an unknown account is not found');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.connected_account_get(tenant_b(), the('one')) $$, 'PY010', NULL, 'another tenant''s account is not found');
SELECT throws_ok($$ SELECT api.connected_account_get('cccccccc-cccc-4ccc-8ccc-cccccccccccc', the('one')) $$, 'PY003', NULL, 'an unknown tenant is refused');
RESET ROLE;
SELECT unchanged('looking changes nothing');

SELECT * FROM finish();
ROLLBACK;
