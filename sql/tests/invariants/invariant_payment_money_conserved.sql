BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(14);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('r1', refund(pay('k1'), 'r1', 4000)), keep('r2', asked_refund(pay('k1'), 'r2', 1000));
SELECT dispute(pay('k1'), 'd', 'lost', 2000);
SELECT settled_payment(tenant_a(), 'k2'), settled_payment(tenant_a(), 'k3', resale()),
       paid_payment(tenant_a(), 'k4');
SELECT refund(pay('k4'), 'r4', 1000), reverse(pay('k4'));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_payment_money_conserved(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.ledger_postings WHERE cause_type = 'capture' AND amount = 2500
       AND payment_id = pay('k1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_payment_money_conserved(tenant_a()) WHERE object_type = ''payment''',
    $$ VALUES ('payment', pay('k1')::text,
               'captured 10000, ledger 7500; given back 6000, ledger 6000, refunds and losses '
               '6000') $$, 'a share of the capture that was not posted is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ UPDATE payments.payment_refunds SET status = 'failed' WHERE id = the('r1') $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_payment_money_conserved(tenant_a()) WHERE object_type = ''payment''',
    $$ VALUES ('payment', pay('k1')::text,
               'captured 10000, ledger 10000; given back 6000, ledger 6000, refunds and losses '
               '2000') $$, 'a failed refund whose shares were not taken back is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ UPDATE payments.disputes SET allocated_amount = 0 $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_payment_money_conserved(tenant_a()) WHERE object_type = ''payment''',
    $$ VALUES ('payment', pay('k1')::text,
               'captured 10000, ledger 10000; given back 6000, ledger 6000, refunds and losses '
               '4000') $$, 'a loss shared out and not recorded is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.ledger_postings WHERE cause_type = 'refund' AND leg = 'venue:v1'
       AND payment_id = pay('k1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_payment_money_conserved(tenant_a()) WHERE object_type = ''payment''',
    $$ VALUES ('payment', pay('k1')::text,
               'captured 10000, ledger 10000; given back 6000, ledger 3600, refunds and losses '
               '6000') $$, 'a share of a refund that was not posted is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = amount + CASE recipient_type WHEN 'platform' THEN 1
        WHEN 'venue' THEN -1 ELSE 0 END WHERE payment_id = pay('k1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id FROM payments.invariant_payment_money_conserved(tenant_a())',
    $$ VALUES ('payee', 'venue:v1') $$, 'a share that is not the one that was posted is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.transfer_reversals WHERE cause_id = the('r1')
       AND transfer_id = transfer_of(pay('k1'), 'a1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id FROM payments.invariant_payment_money_conserved(tenant_a())',
    $$ VALUES ('payee', 'artist:a1') $$,
    'a part of a refund that a payee is not asked for is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_transfers SET amount = amount - 1 WHERE payment_id = pay('k2')
       AND recipient_id = 'v1'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id FROM payments.invariant_payment_money_conserved(tenant_a())',
    $$ VALUES ('payee', 'venue:v1') $$, 'a transfer planned too small is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.stripe_transfers WHERE payment_id = pay('k2') AND recipient_id = 'a1'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id FROM payments.invariant_payment_money_conserved(tenant_a())',
    $$ VALUES ('payee', 'artist:a1') $$, 'so is one that was never planned');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.ledger_postings WHERE cause_type = 'escrow' AND payment_id = pay('k3')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id FROM payments.invariant_payment_money_conserved(tenant_a())',
    $$ VALUES ('payee', 'seller:s1') $$, 'a hold that the ledger does not have is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.ledger_postings WHERE cause_type = 'reversal' AND payment_id = pay('k4')
       AND debit_account_id =
           payments.ledger_account_id(tenant_a(), 'provider_clearing', '', '', 'usd')
       AND credit_account_id =
           payments.ledger_account_id(tenant_a(), 'payee_payable', 'venue', 'v1', 'usd')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id FROM payments.invariant_payment_money_conserved(tenant_a())',
    $$ VALUES ('payee', 'venue:v1') $$,
    'money that a payee returned and that was not posted is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_payment_money_conserved(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_payment_money_conserved(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
