BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('one', transfer_of(pay('k1'), 'v1'));
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT is((SELECT (d ->> 'id', d ->> 'status')::text FROM api.transfer_get(tenant_a(), the('one')) AS d), format('(%s,pending)', the('one')), 'a transfer can be looked at');
SELECT throws_ok($$ SELECT api.transfer_get(tenant_a(), tenant_b()) $$, 'PY010', NULL, 'an unknown transfer is not found');
SELECT throws_ok($$ SELECT api.transfer_get(tenant_b(), the('one')) $$, 'PY002', NULL, 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.transfer_get(tenant_b(), the('one')) $$, 'PY010', NULL, 'another tenant''s transfer is not found');
SELECT throws_ok($$ SELECT api.transfer_get('cccccccc-cccc-4ccc-8ccc-cccccccccccc', the('one')) $$, 'PY003', NULL, 'an unknown tenant is refused');
SELECT throws_ok($$ SELECT api.transfer_get(NULL, the('one')) $$, 'PY001', NULL, 'no tenant is refused');
RESET ROLE;
SELECT unchanged('looking changes nothing');

SELECT * FROM finish();
ROLLBACK;
