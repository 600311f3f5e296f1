BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
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
SELECT is_empty('SELECT * FROM payments.invariant_reversals_within_transfer(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.stripe_transfers DROP CONSTRAINT transfer_reversed_within_amount;
    UPDATE payments.stripe_transfers SET amount_reversed = 6001
     WHERE id = current_setting('tap.v1')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_reversals_within_transfer(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.v1'), 'reversed 6001 of 6000') $$,
    'more taken back than was paid is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.stripe_transfers DROP CONSTRAINT transfer_reversed_within_amount;
    UPDATE payments.stripe_transfers SET amount_reversed = -1
     WHERE id = current_setting('tap.v1')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_reversals_within_transfer(tenant_a())',
    $$ VALUES ('transfer', current_setting('tap.v1'), 'reversed -1 of 6000') $$,
    'less than nothing taken back is a breach');
RESET ROLE;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_reversals_within_transfer(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_reversals_within_transfer(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
