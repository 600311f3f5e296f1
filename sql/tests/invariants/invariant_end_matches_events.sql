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
SELECT created_payment(tenant_a(), 'k3');
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_end_matches_events(tenant_a())',
                'a tenant that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_intents SET stripe_status = 'canceled' WHERE id = pay('k1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_end_matches_events(tenant_a())',
    $$ VALUES ('payment', pay('k1')::text, 'status succeeded, Stripe last said canceled') $$,
    'a payment that succeeded where Stripe canceled is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_intents SET stripe_status = NULL WHERE id = pay('k1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_end_matches_events(tenant_a())',
    $$ VALUES ('payment', pay('k1')::text, 'status succeeded, Stripe last said nothing') $$,
    'a success that Stripe never told is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_intents SET stripe_status = 'succeeded' WHERE id = pay('k3')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_end_matches_events(tenant_a())',
    $$ VALUES ('payment', pay('k3')::text,
               'status requires_payment_method, Stripe last said succeeded') $$,
    'a success of which only the ids were taken is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_end_matches_events(tenant_b())',
                'another tenant that is right has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_end_matches_events(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
