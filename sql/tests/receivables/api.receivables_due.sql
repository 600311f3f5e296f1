BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_a(), 'k1'), keep('r', refund(pay('k1'), 'r1', 5000));
SELECT reverse(pay('k1'), 'v1', 'balance_insufficient'), reverse(pay('k1'));
SELECT keep('d', (SELECT d.id FROM payments.receivables AS d));
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is_empty('SELECT * FROM api.receivables_due(10)',
                'a reversal that was just refused is not asked for again at once');
SELECT advance('1 hour');
SELECT set_eq('SELECT * FROM api.receivables_due(10)', 'VALUES (tenant_a())',
              'an hour later it is due');
SELECT is_empty('SELECT * FROM api.receivables_due(0)', 'no more than asked for');
SELECT api.receivable_retry(tenant_a());
SELECT is_empty('SELECT * FROM api.receivables_due(10)', 'under way it is not');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.receivables_due(10)', '42501', NULL,
                 'the API may not look across tenants');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
