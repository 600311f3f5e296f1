-- That a posting of an older transaction, committed late, is not lost needs two sessions:
-- tests/integration.
BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(22);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT set_config('tap.payment', settled_payment(tenant_a(), 'k')::text, true);
-- Gives postings the transaction id of another time.
CREATE FUNCTION pg_temp.posted(p_cause text, p_xid xid8) RETURNS void LANGUAGE sql AS $$
    SELECT tap_helpers.unchecked(format(
        'UPDATE payments.ledger_postings SET posted_xid = %L WHERE cause_type = %L',
        p_xid, p_cause)) $$;
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is(api.ledger_rollup(tenant_a()), 0::bigint,
          'postings of a transaction that still runs do not fold');
RESET ROLE;
SELECT is((SELECT count(*) FROM payments.ledger_balances), 0::bigint, 'nothing is rolled up yet');
SELECT is((SELECT count(*) FROM payments.ledger_rollups WHERE tenant_id = tenant_a()), 1::bigint,
          'the tenant has its roll-up');
SELECT ok(
    (SELECT r.folded_xid <= pg_snapshot_xmin(pg_current_snapshot())
       FROM payments.ledger_rollups AS r),
    'it does not claim to be further than the oldest running transaction');

UPDATE payments.ledger_rollups SET folded_xid = '3';
SELECT pg_temp.posted('capture', '5');
SET LOCAL ROLE payments_worker;
SELECT is(api.ledger_rollup(tenant_a()), 3::bigint, 'finished postings fold');
RESET ROLE;
SELECT set_eq($$ SELECT a.kind, a.recipient_id, b.debit_total, b.credit_total
                   FROM payments.ledger_balances AS b
                   JOIN payments.ledger_accounts AS a ON a.id = b.id $$,
    $$ VALUES ('provider_clearing', '', 10000::bigint, 0::bigint),
              ('platform_revenue', '', 0, 1500),
              ('payee_payable', 'v1', 0, 6000), ('payee_payable', 'a1', 0, 2500) $$,
              'each account has its sums');
SELECT cmp_ok((SELECT folded_xid FROM payments.ledger_rollups), '>', '5'::xid8,
              'the roll-up is past them');
SELECT is_empty('SELECT * FROM payments.invariant_balances_equal_postings(tenant_a())',
                'stored balances equal the postings');
SET LOCAL ROLE payments_worker;
SELECT is(api.ledger_rollup(tenant_a()), 0::bigint, 'nothing folds twice');
RESET ROLE;
SELECT is(
    (SELECT b.debit_total FROM payments.ledger_balances AS b
       JOIN payments.ledger_accounts AS a ON a.id = b.id
      WHERE a.kind = 'provider_clearing'), 10000::bigint, 'the sums are as before');

-- Later postings add to what is there.
SELECT paid_transfer(current_setting('tap.payment')::uuid, 'v1');
UPDATE payments.ledger_rollups SET folded_xid = '6';
SELECT pg_temp.posted('transfer', '7');
SET LOCAL ROLE payments_worker;
SELECT is(api.ledger_rollup(tenant_a()), 1::bigint, 'a later posting folds alone');
RESET ROLE;
SELECT results_eq($$ SELECT b.debit_total, b.credit_total
                       FROM payments.ledger_balances AS b
                       JOIN payments.ledger_accounts AS a ON a.id = b.id
                      WHERE a.recipient_id = 'v1' $$, 'VALUES (6000::bigint, 6000::bigint)',
                  'it adds to the account''s sums');
SELECT is_empty('SELECT * FROM payments.invariant_balances_equal_postings(tenant_a())',
                'stored balances still equal the postings');

-- Restored into a younger cluster: everything was folded up to a transaction that has not come yet
-- there.
UPDATE payments.ledger_rollups SET folded_xid = '9000000000000000000';
UPDATE payments.ledger_balances SET debit_total = debit_total + 1;
SELECT is((SELECT tenant_id FROM api.ledger_rollups_due(10) WHERE tenant_id = tenant_a()),
          tenant_a(),
    'a roll-up that is ahead of the cluster is due');
SET LOCAL ROLE payments_worker;
SELECT is(api.ledger_rollup(tenant_a()), 4::bigint, 'it is folded anew from the first posting');
RESET ROLE;
SELECT is_empty('SELECT * FROM payments.invariant_balances_equal_postings(tenant_a())',
                'the new sums equal the postings');
SELECT is_empty('SELECT * FROM api.ledger_rollups_due(10)', 'it is not due any more');

SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT throws_ok('SELECT api.ledger_rollup(tenant_b())', 'PY002', NULL,
                 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok('SELECT api.ledger_rollup(NULL)', 'PY001', NULL, 'no tenant is refused');
SELECT unchanged('the refused folds changed nothing');
SELECT is(api.ledger_rollup(tenant_b()), 0::bigint, 'a tenant without postings folds none');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT api.ledger_rollup(tenant_a())', '42501', NULL, 'the API does not fold');

SELECT * FROM finish();
ROLLBACK;
