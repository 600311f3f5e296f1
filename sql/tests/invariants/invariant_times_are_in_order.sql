BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('r', refund(pay('k1'), 'r1', 5000));
SELECT keep('t', transfer_of(pay('k1'), 'v1')), keep('call', call_of(pay('k1'), 'v1')),
       keep('open', transfer_of(pay('k2'), 'v1')), keep('ready', call_of(pay('k2'), 'v1'));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_times_are_in_order(tenant_a())',
                'a tenant that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.payment_transactions DROP CONSTRAINT payment_updated_after_created;
    UPDATE payments.payment_transactions SET updated_at = created_at - interval '2 minutes'
     WHERE id = pay('k1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_times_are_in_order(tenant_a())',
    $$ VALUES ('payment', pay('k1')::text,
               format('created %s, then %s',
                      (SELECT p.created_at FROM payments.payment_transactions AS p
                        WHERE p.id = pay('k1')),
                      (SELECT p.updated_at FROM payments.payment_transactions AS p
                        WHERE p.id = pay('k1')))) $$,
    'a payment changed before it was made is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET finished_at = created_at - interval '2 minutes'
     WHERE id = the('call')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_times_are_in_order(tenant_a())',
    $$ VALUES ('operation', kept('call'),
               format('created %s, then %s', (operation_row(the('call'))).created_at,
                      (operation_row(the('call'))).finished_at)) $$,
    'so is a call that ended before it was written');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_times_are_in_order(tenant_b())',
                'another tenant that is right has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_times_are_in_order(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
