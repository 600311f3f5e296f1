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
SELECT is_empty('SELECT * FROM payments.invariant_refused_is_not_applied(tenant_a())',
                'a tenant that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET state = 'failed', outcome = 'failed' WHERE kind = 'refund'
       AND subject_id = the('r')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_refused_is_not_applied(tenant_a())',
    $$ VALUES ('operation', operation_of(the('r'), 'refund')::text,
               'refund was refused, its refund is succeeded'),
              ('operation', operation_of(the('r'), 'refund')::text,
               'refund was refused, its answer is 201') $$,
    'a refused refund that counts as made is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET state = 'failed', outcome = 'failed'
     WHERE kind = 'reversal'
       AND subject_id = reversal_of(the('r'), 'v1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_refused_is_not_applied(tenant_a())',
    $$ VALUES ('operation', operation_of(reversal_of(the('r'), 'v1'), 'reversal')::text,
               'reversal was refused, its reversal is pending') $$,
    'a refused reversal that goes on is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET state = 'failed', outcome = 'failed' WHERE kind = 'intent'
       AND payment_id = pay('k2')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_refused_is_not_applied(tenant_a())',
    $$ VALUES ('operation', operation_of(pay('k2'), 'intent')::text,
               'intent was refused, its payment is succeeded'),
              ('operation', operation_of(pay('k2'), 'intent')::text,
               'intent was refused, its answer is 201') $$,
    'a refused payment that lives is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_refused_is_not_applied(tenant_b())',
                'another tenant that is right has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_refused_is_not_applied(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
