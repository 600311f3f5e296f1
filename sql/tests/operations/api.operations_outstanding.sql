BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(t, 'k') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT enter(NULL);
-- The states are planted: how a call gets there is another test's.
SET LOCAL session_replication_role = replica;
SET LOCAL ROLE payments_worker;
SELECT is_empty('SELECT * FROM api.operations_outstanding(tenant_a())',
                'operations on their way are not listed');
RESET ROLE;
SELECT enter(NULL);
UPDATE payments.stripe_operations SET state = 'dead' WHERE kind = 'transfer';
SET LOCAL ROLE payments_worker;
SELECT results_eq(
    'SELECT kind, state, currency, operations, amount FROM api.operations_outstanding(tenant_a())',
    $$ VALUES ('transfer', 'dead', 'usd', 2::bigint, 8500::numeric) $$,
    'dead transfers are summed, and only the tenant''s own');
RESET ROLE;
SELECT enter(NULL);
UPDATE payments.stripe_operations SET state = 'unknown',
       request = '{"params": {"amount_to_capture": 40}}'
 WHERE tenant_id = tenant_a() AND id = call_of(payment_of(tenant_a(), 'k'), 'v1');
SET LOCAL ROLE payments_worker;
SELECT is((SELECT amount FROM api.operations_outstanding(tenant_a()) WHERE state = 'unknown'),
          40::numeric, 'a capture names its amount otherwise');
SELECT is((SELECT currency FROM api.operations_outstanding(tenant_a()) WHERE state = 'unknown'),
          'usd',
    'a call that names no currency has its payment''s');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.operations_outstanding(tenant_b())', 'PY002', NULL,
                 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok('SELECT * FROM api.operations_outstanding(NULL)', 'PY001', NULL,
                 'no tenant is refused');
SET LOCAL ROLE payments_analyst;
SELECT throws_ok('SELECT * FROM api.operations_outstanding(tenant_a())', '42501', NULL,
                 'an analyst has no business in api');

SELECT * FROM finish();
ROLLBACK;
