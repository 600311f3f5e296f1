BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('r1', refund(pay('k1'), 'r1', 4000)), keep('r2', asked_refund(pay('k1'), 'r2', 1000));
SELECT dispute(pay('k1'), 'd', 'lost', 2000);
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_refunds_within_captured(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$ UPDATE payments.payment_refunds SET amount = 4001 WHERE id = the('r1') $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_refunds_within_captured(tenant_a())',
    $$ VALUES ('payment', pay('k1')::text,
               'refunded 4000, pending 1000, captured 10000; refunds say 4001 and 1000') $$,
    'a sum that is not that of the refunds is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ UPDATE payments.payment_refunds SET status = 'failed' WHERE id = the('r2') $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_refunds_within_captured(tenant_a())',
    $$ VALUES ('payment', pay('k1')::text,
               'refunded 4000, pending 1000, captured 10000; refunds say 4000 and 0') $$,
    'a reservation of a refund that has failed is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.payment_transactions DROP CONSTRAINT payment_refunded_within_captured;
    UPDATE payments.payment_transactions SET amount_captured = 4999 WHERE id = pay('k1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_refunds_within_captured(tenant_a())',
    $$ VALUES ('payment', pay('k1')::text,
               'refunded 4000, pending 1000, captured 4999; refunds say 4000 and 1000') $$,
    'refunds above the capture are a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ UPDATE payments.disputes SET status = 'won' $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_refunds_within_captured(tenant_a())',
    $$ VALUES ('payment', pay('k1')::text,
               'refunded 4000, pending 1000, captured 10000; refunds say 4000 and 1000') $$,
    'a disputed sum without its dispute is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_refunds_within_captured(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_refunds_within_captured(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
