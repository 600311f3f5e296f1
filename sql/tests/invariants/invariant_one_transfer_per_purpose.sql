BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
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
SELECT is_empty('SELECT * FROM payments.invariant_one_transfer_per_purpose(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    INSERT INTO payments.stripe_operation_attempts (tenant_id, operation_id, lease_epoch,
                                                    generation,
                                                    outcome, applied, provider_id, finished_at)
    VALUES (tenant_a(), current_setting('tap.call')::uuid, 9, 0, 'succeeded', false, 'tr_second',
            now())
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_one_transfer_per_purpose(tenant_a())',
    $$ VALUES ('operation', current_setting('tap.call'), 'Stripe ids tr_'
               || current_setting('tap.v1') || ', tr_second') $$,
    'a second Stripe transfer seen by a stale worker is a breach');
RESET ROLE;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_one_transfer_per_purpose(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_one_transfer_per_purpose(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
