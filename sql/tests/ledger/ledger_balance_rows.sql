BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT set_config('tap.payment', settled_payment(tenant_a(), 'k')::text, true);
SELECT paid_transfer(current_setting('tap.payment')::uuid, 'v1');
SET LOCAL ROLE payments_definer;

SELECT set_eq(
    'SELECT kind, recipient_id, currency, debit, credit FROM '
    'payments.ledger_balance_rows(tenant_a())',
    $$ VALUES ('provider_clearing', '', 'usd', 10000::bigint, 6000::bigint),
              ('platform_revenue', '', 'usd', 0, 1500),
              ('provider_fees', '', 'usd', 0, 0), ('payee_payable', 'v1', 'usd', 6000, 6000),
              ('payee_payable', 'a1', 'usd', 0, 2500) $$,
    'every account has the sums of its postings, down to this moment');
SELECT is((SELECT sum(debit) FROM payments.ledger_balance_rows(tenant_a())),
          (SELECT sum(credit) FROM payments.ledger_balance_rows(tenant_a())),
    'debits and credits are equal');

-- Part of it rolled up: the sum is the same.
RESET ROLE;
SELECT unchecked($$
    UPDATE payments.ledger_postings SET posted_xid = '5' WHERE cause_type = 'capture'
$$);
CREATE TEMP TABLE before_fold AS SELECT * FROM payments.ledger_balance_rows(tenant_a());
GRANT SELECT ON before_fold TO PUBLIC;
SELECT is(api.ledger_rollup(tenant_a()), 3::bigint, 'the three postings of the capture fold');
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT * FROM payments.ledger_balance_rows(tenant_a())', 'SELECT * FROM before_fold',
    'the roll-up and the postings since together are the same balances');
SELECT isnt_empty('SELECT * FROM payments.ledger_balances WHERE debit_total > 0',
                  'part of them comes from the roll-up now');
UPDATE payments.ledger_rollups SET folded_xid = '9000000000000000000' WHERE tenant_id = tenant_a();
SELECT set_eq('SELECT * FROM payments.ledger_balance_rows(tenant_a())', 'SELECT * FROM before_fold',
    'restored into a younger cluster, and not folded anew yet, the balances are the same');

SELECT enter(tenant_b());
SELECT is_empty('SELECT * FROM payments.ledger_balance_rows(tenant_a())',
                'another tenant sees no balance of them');
SELECT is_empty('SELECT * FROM payments.ledger_balance_rows(tenant_b())',
                'a tenant without accounts has no rows');

SELECT * FROM finish();
ROLLBACK;
