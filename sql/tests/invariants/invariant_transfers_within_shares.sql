BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
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
SELECT is_empty('SELECT * FROM payments.invariant_transfers_within_shares(tenant_a())',
                'a tenant whose money is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_transfers SET amount = amount + 1
     WHERE id = current_setting('tap.v1')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_transfers_within_shares(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'),
               'transfers 8501, captured 10000, platform 1500') $$,
    'a transfer into the platform''s share is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    INSERT INTO payments.stripe_transfers
        (tenant_id, id, payment_id, connected_account_id, recipient_type, recipient_id, purpose,
         cause_id, stripe_account_id, source_transaction, transfer_group, amount, currency, status,
         created_at, updated_at)
    SELECT tenant_id, gen_random_uuid(), payment_id, connected_account_id, recipient_type,
           recipient_id, 'repayment', id, stripe_account_id, source_transaction, transfer_group,
           amount, currency, 'blocked', created_at, updated_at
      FROM payments.stripe_transfers WHERE id = current_setting('tap.a1')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_transfers_within_shares(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'),
               'transfers 11000, captured 10000, platform 1500') $$,
    'paying a payee twice is a breach, blocked or not');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_transfers SET amount = amount + 4001, amount_reversed = 4001,
           status = 'partially_reversed' WHERE id = current_setting('tap.v1')::uuid
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_transfers_within_shares(tenant_a())',
    $$ VALUES ('payment', current_setting('tap.payment'),
               'transfers 8500, captured 10000, platform 1500') $$,
    'transfers above the charge are a breach, even when part was taken back');
RESET ROLE;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_transfers_within_shares(tenant_b())',
                'another tenant, whose money is right, has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_transfers_within_shares(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
