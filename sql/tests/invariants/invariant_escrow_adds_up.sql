BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1', resale());
SELECT settled_payment(tenant_a(), 'k1', resale());
SELECT api.escrow_release(tenant_a(), 'svc', 'x', '\x01', escrow_of(pay('k1')),
                          '{"reason": "r", "amount": 3000}', 20);
SELECT keep('e', escrow_of(pay('k1')));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_escrow_adds_up(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.escrows DROP CONSTRAINT escrow_adds_up;
    UPDATE payments.escrows SET held_amount = 5001 WHERE id = the('e')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_escrow_adds_up(tenant_a())',
    $$ VALUES ('escrow', kept('e'),
               'partially_released: held 5001, released 3000, refunded 0 of 8000') $$,
    'a hold that does not add up is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ DELETE FROM payments.escrow_events WHERE event = 'released' $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_escrow_adds_up(tenant_a())',
    $$ VALUES ('escrow', kept('e'),
               'partially_released: held 5000, released 3000, refunded 0 of 8000') $$,
    'a release without its history is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ DELETE FROM payments.stripe_transfers WHERE purpose = 'release' $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_escrow_adds_up(tenant_a())',
    $$ VALUES ('escrow', kept('e'), 'released 3000, transferred 0, netted 0') $$,
    'a release without its transfer is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.escrows SET held_amount = 4000, refunded_amount = 1000 WHERE id = the('e')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id FROM payments.invariant_escrow_adds_up(tenant_a())',
              $$ VALUES ('escrow', kept('e')) $$,
              'a refund from the hold without its history is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$ UPDATE payments.escrows SET status = 'disputed' WHERE id = the('e') $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id FROM payments.invariant_escrow_adds_up(tenant_a())',
              $$ VALUES ('escrow', kept('e')) $$, 'a hold that is frozen for nothing is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    INSERT INTO payments.disputes (tenant_id, id, payment_id, stripe_dispute_id, amount, currency,
                                   status, created_at, updated_at, submission_count)
                                       SELECT tenant_a(
                                           ), gen_random_uuid(), pay('k1'), 'dp_x', 1, 'usd',
                                               'needs_response', now(), now(), 0
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT object_type, object_id FROM payments.invariant_escrow_adds_up(tenant_a())',
              $$ VALUES ('escrow', kept('e')) $$, 'and one that a dispute does not freeze');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_escrow_adds_up(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_escrow_adds_up(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
