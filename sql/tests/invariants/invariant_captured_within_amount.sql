BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT open_account(t, 'artist', 'a1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT set_config('tap.other', settled_payment(tenant_b(), 'k')::text, true);
SELECT set_config('tap.open', created_payment(tenant_a(), 'k0')::text, true);
SELECT set_config('tap.payment', settled_payment(tenant_a(), 'k')::text, true);
SELECT set_config('tap.v1', paid_transfer(current_setting('tap.payment')::uuid, 'v1')::text, true);
SELECT set_config('tap.a1', transfer_of(current_setting('tap.payment')::uuid, 'a1')::text, true);
SELECT set_config('tap.call', call_of(current_setting('tap.payment')::uuid, 'v1')::text, true);
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_captured_within_amount(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.payment_transactions DROP CONSTRAINT payment_captured_within_amount;
    UPDATE payments.payment_transactions SET amount_captured = 10001
     WHERE id = current_setting('tap.payment')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_captured_within_amount(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'),
               'status succeeded, captured 10001 of 10000') $$,
    'more captured than authorised is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.payment_transactions DROP CONSTRAINT payment_captured_within_amount,
        DROP CONSTRAINT payment_settled_when_captured,
        DROP CONSTRAINT payment_refunded_within_captured;
    UPDATE payments.payment_transactions SET amount_captured = -1
     WHERE id = current_setting('tap.payment')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_captured_within_amount(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'),
               'status succeeded, captured -1 of 10000') $$,
    'a negative capture is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.payment_transactions DROP CONSTRAINT payment_amount_positive;
    UPDATE payments.payment_transactions SET amount = 0 WHERE id = current_setting('tap.open')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_captured_within_amount(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.open'),
               'status requires_payment_method, captured 0 of 0') $$,
    'a payment of nothing is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_transactions SET status = 'canceled'
     WHERE id = current_setting('tap.payment')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_captured_within_amount(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'),
               'status canceled, captured 10000 of 10000') $$,
    'a settled payment that did not succeed is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_transactions SET status = 'succeeded'
     WHERE id = current_setting('tap.open')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_captured_within_amount(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.open'), 'status succeeded, captured 0 of 10000') $$,
    'a payment that succeeded without being settled is a breach');
RESET ROLE;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_captured_within_amount(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_captured_within_amount(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
