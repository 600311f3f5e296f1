BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('r', refund(pay('k1'), 'r1', 5000));
SELECT keep('t', transfer_of(pay('k1'), 'v1')), keep('call', call_of(pay('k1'), 'v1')),
       keep('open', transfer_of(pay('k2'), 'v1')), keep('ready', call_of(pay('k2'), 'v1'));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_references_stay_in_tenant(tenant_a())',
                'a tenant that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.provider_objects SET object_id = payment_of(tenant_b(), 'k1')
     WHERE provider_id = 'pi_' || pay('k1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_references_stay_in_tenant(tenant_a())',
    $$ VALUES ('provider_object', 'pi_' || pay('k1'),
               'names a payment_intent that the tenant does not have') $$,
    'a Stripe id that leads to another tenant is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations
       SET subject_id = transfer_of(payment_of(tenant_b(), 'k1'), 'v1')
     WHERE id = the('call')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_references_stay_in_tenant(tenant_a())',
    $$ VALUES ('operation', kept('call'), 'transfer for a row that the tenant does not have') $$,
    'a call for another tenant''s row is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    ALTER TABLE payments.payouts ADD CONSTRAINT loose FOREIGN KEY (stripe_payout_id)
        REFERENCES payments.provider_objects (provider_id)
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_references_stay_in_tenant(tenant_a())',
    $$ VALUES ('foreign_key', 'loose', 'of payouts lets a row refer to another tenant''s') $$,
    'a foreign key without the tenant is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_references_stay_in_tenant(tenant_b())',
                'another tenant that is right has no breach');

SELECT * FROM finish();
ROLLBACK;
