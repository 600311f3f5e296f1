BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(t, 'artist', 'a1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT set_config('tap.other', settled_payment(tenant_b(), 'k')::text, true);
SELECT set_config('tap.open', created_payment(tenant_a(), 'k0')::text, true);
SELECT set_config('tap.payment', settled_payment(tenant_a(), 'k')::text, true);
SELECT set_config('tap.v1', paid_transfer(current_setting('tap.payment')::uuid, 'v1')::text, true);
SELECT set_config('tap.a1', transfer_of(current_setting('tap.payment')::uuid, 'a1')::text, true);
SELECT set_config('tap.call', call_of(current_setting('tap.payment')::uuid, 'v1')::text, true);
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_postings_are_final(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.ledger_postings DROP CONSTRAINT posting_amount_positive;
    UPDATE payments.ledger_postings SET amount = -1 WHERE cause_type = 'transfer'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_postings_are_final(tenant_a())',
    $$ VALUES ('posting', (SELECT id::text FROM payments.ledger_postings
                            WHERE cause_type = 'transfer'), '-1 usd from usd to usd') $$,
    'a negative posting is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.ledger_postings DROP CONSTRAINT posting_amount_positive;
    UPDATE payments.ledger_postings SET amount = 0 WHERE cause_type = 'transfer'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_postings_are_final(tenant_a())',
    $$ VALUES ('posting', (SELECT id::text FROM payments.ledger_postings
                            WHERE cause_type = 'transfer'), '0 usd from usd to usd') $$,
    'a posting of nothing is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.ledger_postings DROP CONSTRAINT posting_accounts_differ;
    UPDATE payments.ledger_postings SET debit_account_id = credit_account_id
     WHERE cause_type = 'transfer'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_postings_are_final(tenant_a())',
    $$ VALUES ('posting', (SELECT id::text FROM payments.ledger_postings
                            WHERE cause_type = 'transfer'), '6000 usd from usd to usd') $$,
    'a posting from an account to itself is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.ledger_postings SET currency = 'eur' WHERE cause_type = 'transfer'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_postings_are_final(tenant_a())',
    $$ VALUES ('posting', (SELECT id::text FROM payments.ledger_postings
                            WHERE cause_type = 'transfer'), '6000 eur from usd to usd') $$,
    'a posting in another currency than its accounts is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.ledger_accounts SET currency = 'eur' WHERE tenant_id = tenant_a()
       AND recipient_id = 'a1'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_postings_are_final(tenant_a())',
    $$ VALUES ((SELECT 'posting'),
               (SELECT g.id::text FROM payments.ledger_postings AS g
                  JOIN payments.ledger_accounts AS c ON c.id = g.credit_account_id
                                      WHERE c.recipient_id = 'a1'), '2500 usd from usd to eur') $$,
    'a posting between two currencies is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.ledger_postings SET debit_account_id =
        (SELECT id FROM payments.ledger_accounts WHERE tenant_id = tenant_b()
            AND recipient_id = 'v1')
            WHERE cause_type = 'transfer'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_postings_are_final(tenant_a())',
    $$ VALUES ('posting', (SELECT id::text FROM payments.ledger_postings
                            WHERE cause_type = 'transfer'), '6000 usd from  to usd') $$,
    'a posting with an account of another tenant is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

ALTER TABLE payments.ledger_postings DISABLE TRIGGER append_only;
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_postings_are_final(tenant_a())',
    $$ VALUES ('table', 'ledger_postings', 'its guard append_only is missing or off') $$,
    'a ledger that can be rewritten is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

GRANT UPDATE (amount) ON payments.ledger_postings TO payments_definer;
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_postings_are_final(tenant_a())',
    $$ VALUES ('table', 'ledger_postings', 'payments_definer may change it') $$,
    'so is a right to do so');
SELECT is_empty(
    'SELECT * FROM payments.invariant_postings_are_final(tenant_a(), '
    'ARRAY[current_setting(''tap.payment'')::uuid])', 'which is nothing of a payment');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_postings_are_final(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_postings_are_final(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
