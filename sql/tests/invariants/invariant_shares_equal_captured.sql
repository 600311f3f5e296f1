BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
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
SELECT is_empty('SELECT * FROM payments.invariant_shares_equal_captured(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = amount + 1
     WHERE payment_id = current_setting('tap.payment')::uuid AND recipient_type = 'venue'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_shares_equal_captured(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'), 'splits sum to 10001, captured 10000') $$,
    'shares above the capture are a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = amount - 1
     WHERE payment_id = current_setting('tap.payment')::uuid AND recipient_type = 'platform'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_shares_equal_captured(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'), 'splits sum to 9999, captured 10000') $$,
    'a lost unit is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.payment_splits WHERE payment_id = current_setting('tap.payment')::uuid
       AND recipient_type = 'artist'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_shares_equal_captured(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'), 'splits sum to 7500, captured 10000') $$,
    'a missing share is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.payment_splits WHERE payment_id = current_setting('tap.payment')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_shares_equal_captured(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'), 'splits sum to , captured 10000') $$,
    'a settled payment without shares is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.payment_splits DROP CONSTRAINT split_amount_not_negative;
    UPDATE payments.payment_splits SET amount = CASE recipient_type WHEN 'venue' THEN -1
        WHEN 'artist'
        THEN 10001 ELSE 0 END
     WHERE payment_id = current_setting('tap.payment')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_shares_equal_captured(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'), 'splits sum to 10000, captured 10000') $$,
    'a negative share is a breach, even when the sum is right');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = CASE recipient_type WHEN 'venue' THEN NULL
        ELSE 5000 END
     WHERE payment_id = current_setting('tap.payment')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_shares_equal_captured(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'), 'splits sum to 10000, captured 10000') $$,
    'a share that was never fixed is a breach, even when the others cover the sum');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = 1
     WHERE payment_id = current_setting('tap.open')::uuid
       AND recipient_type = 'venue'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_shares_equal_captured(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.open'), 'splits sum to 1, captured 0') $$,
    'a share fixed before settlement is a breach');
RESET ROLE;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_shares_equal_captured(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_shares_equal_captured(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
