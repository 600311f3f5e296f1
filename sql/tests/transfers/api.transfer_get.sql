BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1', false);
SELECT set_config('tap.payment', settled_payment(tenant_a(), 'k')::text, true);
SELECT set_config('tap.v1', paid_transfer(current_setting('tap.payment')::uuid, 'v1')::text, true);
SELECT set_config('tap.a1', transfer_of(current_setting('tap.payment')::uuid, 'a1')::text, true);
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_api;

SELECT is(api.transfer_get(tenant_a(), current_setting('tap.v1')::uuid) - 'createdAt' - 'updatedAt',
          jsonb_build_object(
    'id', current_setting('tap.v1'), 'paymentId', current_setting('tap.payment'), 'recipientType',
              'venue', 'recipientId', 'v1',
    'stripeAccountId', 'acct_v1_aaaaaaaa', 'stripeTransferId', 'tr_' || current_setting('tap.v1'),
    'amount', 6000, 'amountReversed', 0,
    'currency', 'usd', 'status', 'paid', 'purpose', 'settlement', 'attempts', 1, 'nextAttemptAt',
    NULL, 'lastError', NULL),
    'a paid transfer''s document has every field of the contract, and no other');
SELECT results_eq(
    $$ SELECT d ->> 'status', d -> 'stripeTransferId', d -> 'nextAttemptAt'
         FROM api.transfer_get(tenant_a(), current_setting('tap.a1')::uuid) AS d $$,
    $$ VALUES ('blocked', 'null'::jsonb, 'null'::jsonb) $$,
    'a transfer to a payee who cannot receive is blocked, with no next attempt');
SELECT matches(api.transfer_get(tenant_a(), current_setting('tap.a1')::uuid) ->> 'createdAt',
               '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$', 'its times are RFC 3339');
SELECT throws_ok('SELECT api.transfer_get(tenant_a(), gen_random_uuid())', 'PY010', NULL,
                 'an unknown transfer is not found');
SELECT throws_ok('SELECT api.transfer_get(tenant_a(), NULL)', 'PY010', NULL,
                 'no transfer is not found');
SELECT throws_ok($$ SELECT api.transfer_get(tenant_b(), current_setting('tap.v1')::uuid) $$,
                 'PY002', NULL, 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.transfer_get(tenant_b(), current_setting('tap.v1')::uuid) $$,
                 'PY010', NULL, 'another tenant''s transfer is not found');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT api.transfer_get('cccccccc-cccc-4ccc-8ccc-cccccccccccc',
                               current_setting('tap.v1')::uuid) $$, 'PY003', NULL,
    'an unknown tenant is refused');
SELECT throws_ok($$ SELECT api.transfer_get(NULL, current_setting('tap.v1')::uuid) $$, 'PY001',
                 NULL, 'no tenant is refused');
SELECT unchanged('reading and refusing change no row');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.transfer_get(tenant_a(), current_setting('tap.v1')::uuid) $$,
                 '42501', NULL, 'the worker''s group reads no transfer');
RESET ROLE;
UPDATE payments.tenants SET status = 'disabled';
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT api.transfer_get(tenant_a(), current_setting('tap.v1')::uuid) $$,
                 'PY003', NULL, 'a disabled tenant is refused');

SELECT * FROM finish();
ROLLBACK;
