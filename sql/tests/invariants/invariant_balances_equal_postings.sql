BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(t, 'artist', 'a1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k');
SELECT set_config('tap.payment', settled_payment(tenant_a(), 'k')::text, true);
SELECT set_config('tap.account',
                  payments.ledger_account_id(tenant_a(), 'payee_payable', 'venue', 'v1',
                                             'usd')::text, true);
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_balances_equal_postings(tenant_a())',
                'a tenant without a roll-up has no breach');
RESET ROLE;
SELECT unchecked($$ UPDATE payments.ledger_postings SET posted_xid = '5' $$);
SELECT api.ledger_rollup(tenant_a());
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_balances_equal_postings(tenant_a())',
                'a fresh roll-up has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SELECT paid_transfer(current_setting('tap.payment')::uuid, 'v1');
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_balances_equal_postings(tenant_a())',
                'a posting that is not folded yet is no breach');
RESET ROLE;
SAVEPOINT clean;

UPDATE payments.ledger_balances SET credit_total = credit_total + 1
 WHERE id = current_setting('tap.account')::uuid;
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT * FROM payments.invariant_balances_equal_postings(tenant_a())',
    $$ VALUES ('ledger_account', current_setting('tap.account'),
               'rolled up 0 / 6001, postings 0 / 6000') $$,
              'a stored balance that is off by one is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

DELETE FROM payments.ledger_balances WHERE id = current_setting('tap.account')::uuid;
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT * FROM payments.invariant_balances_equal_postings(tenant_a())',
    $$ VALUES ('ledger_account', current_setting('tap.account'),
               'rolled up  / , postings 0 / 6000') $$, 'a missing balance is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.ledger_postings SET posted_xid = '4' WHERE cause_type = 'transfer'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    $$ SELECT object_id, detail FROM payments.invariant_balances_equal_postings(tenant_a())
        WHERE object_id = current_setting('tap.account') $$,
    $$ VALUES (current_setting('tap.account'), 'rolled up 0 / 6000, postings 6000 / 6000') $$,
    'a late posting that the roll-up went past is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.ledger_postings WHERE tenant_id = tenant_a() AND cause_type = 'capture'
       AND credit_account_id = current_setting('tap.account')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT is((SELECT count(*) FROM payments.invariant_balances_equal_postings(tenant_a())), 2::bigint,
          'a posting that vanished is a breach of both its accounts');

SELECT enter(tenant_b());
SELECT is_empty('SELECT * FROM payments.invariant_balances_equal_postings(tenant_b())',
                'another tenant has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_balances_equal_postings(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
