BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT refund(pay('k1'), 'r1', 5000);
SELECT reverse(pay('k1'), 'v1', 'balance_insufficient');
SELECT settled_payment(tenant_a(), 'k2');
SELECT keep('d', (SELECT d.id FROM payments.receivables AS d)),
       keep('v', (SELECT v.id FROM payments.transfer_reversals AS v WHERE v.status = 'failed'));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_receivables_add_up(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$ UPDATE payments.receivables SET amount_netted = 2999 $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_receivables_add_up(tenant_a())',
    $$ VALUES ('receivable', kept('d'),
               'netted 2999 of 3000, nettings say 3000, ledger 3000 of 3000') $$,
    'a debt whose nettings say otherwise is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ DELETE FROM payments.receivable_nettings $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_receivables_add_up(tenant_a())',
    $$ VALUES ('receivable', kept('d'), 'netted 3000 of 3000, nettings say 0, ledger 0 of 3000') $$,
    'a netting that is missing is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    INSERT INTO payments.receivable_nettings
    SELECT tenant_id, gen_random_uuid(), receivable_id, payment_id, gen_random_uuid(), amount,
           created_at FROM payments.receivable_nettings
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_receivables_add_up(tenant_a())',
    $$ VALUES ('receivable', kept('d'),
               'netted 3000 of 3000, nettings say 6000, ledger 3000 of 3000') $$,
    'a debt netted twice is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ UPDATE payments.transfer_reversals SET shortfall = 1 WHERE id = the('v') $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_receivables_add_up(tenant_a())',
    $$ VALUES ('reversal', kept('v'), 'shortfall 1 without its receivable') $$,
    'a shortfall that nobody owes is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ DELETE FROM payments.ledger_postings WHERE cause_type = 'netting' $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_receivables_add_up(tenant_a())',
    $$ VALUES ('receivable', kept('d'),
               'netted 3000 of 3000, nettings say 3000, ledger 0 of 3000') $$,
    'a netting that was not posted is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.receivables SET amount_netted = 0, amount_reversed = 3000 WHERE id = the('d')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_has(
    'SELECT object_type, object_id, detail FROM payments.invariant_receivables_add_up(tenant_a())',
    $$ VALUES ('receivable', kept('d'),
               'of 3000 netted 0, reversed 3000, 0 under way; reversals say 0 and 0') $$,
    'a debt that came back by a reversal that is not there is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_receivables_add_up(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_receivables_add_up(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
