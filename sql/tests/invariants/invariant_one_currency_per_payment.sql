BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('r', refund(pay('k1'), 'r1', 5000));
SELECT keep('t', transfer_of(pay('k1'), 'v1')), keep('call', call_of(pay('k1'), 'v1')),
       keep('open', transfer_of(pay('k2'), 'v1')), keep('ready', call_of(pay('k2'), 'v1'));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_one_currency_per_payment(tenant_a())',
                'a tenant that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$ UPDATE payments.stripe_transfers SET currency = 'eur' WHERE id = the('t') $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_one_currency_per_payment(tenant_a())',
    $$ VALUES ('transfer', kept('t'), 'in eur, the payment in usd') $$,
    'a transfer in another currency is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_refunds SET currency = 'eur' WHERE id = the('r');
    UPDATE payments.transfer_reversals SET currency = 'eur' WHERE id = reversal_of(the('r'), 'v1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_one_currency_per_payment(tenant_a())',
    $$ VALUES ('refund', kept('r'), 'in eur, the payment in usd'),
              ('reversal', reversal_of(the('r'), 'v1')::text, 'in eur, the payment in usd') $$,
    'so are a refund and a reversal');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.ledger_postings SET currency = 'eur' WHERE cause_type = 'transfer'
       AND cause_id = the('t')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_one_currency_per_payment(tenant_a())',
    $$ VALUES ('posting', (SELECT g.id::text FROM payments.ledger_postings AS g
                            WHERE g.cause_id = the('t')), 'in eur, the payment in usd') $$,
    'so is a posting');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_one_currency_per_payment(tenant_b())',
                'another tenant that is right has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_one_currency_per_payment(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
