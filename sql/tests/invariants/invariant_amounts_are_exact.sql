BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('r', refund(pay('k1'), 'r1', 5000));
SELECT keep('t', transfer_of(pay('k1'), 'v1')), keep('call', call_of(pay('k1'), 'v1')),
       keep('open', transfer_of(pay('k2'), 'v1')), keep('ready', call_of(pay('k2'), 'v1'));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_amounts_are_exact()',
                'a schema that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$ ALTER TABLE payments.payouts ADD COLUMN rate double precision $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id, detail FROM payments.invariant_amounts_are_exact()',
    $$ VALUES ('column', 'payouts.rate', 'is of type double precision') $$,
    'a floating column is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ ALTER TABLE payments.payouts ADD COLUMN amount_late integer $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id, detail FROM payments.invariant_amounts_are_exact()',
    $$ VALUES ('column', 'payouts.amount_late', 'is of type integer') $$,
    'an amount that can overflow is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_amounts_are_exact()',
                'all of it undone, none is left');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
