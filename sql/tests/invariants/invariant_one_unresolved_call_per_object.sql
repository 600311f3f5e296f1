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
SELECT is_empty('SELECT * FROM payments.invariant_one_unresolved_call_per_object(tenant_a())',
                'a tenant that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    DROP INDEX payments.stripe_operations_unresolved;
    UPDATE payments.stripe_operations
       SET lock_key = 'x', first_sent_at = clock(), first_sent_epoch = 1,
           last_sent_at = clock() WHERE payment_id = pay('k2') AND kind = 'transfer'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_one_unresolved_call_per_object(tenant_a())',
    $$ VALUES ('operation', (SELECT min(o.id::text) FROM payments.stripe_operations AS o
                              WHERE o.lock_key = 'x'), '2 unresolved calls on x') $$,
    'two calls on one object that nobody knows the end of are a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_one_unresolved_call_per_object(tenant_b())',
                'another tenant that is right has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_one_unresolved_call_per_object(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
