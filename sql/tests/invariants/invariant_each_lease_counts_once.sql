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
SELECT is_empty('SELECT * FROM payments.invariant_each_lease_counts_once(tenant_a())',
                'a tenant that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    INSERT INTO payments.stripe_operation_attempts (tenant_id, operation_id, lease_epoch,
                                                    generation,
                                                    outcome, applied, finished_at)
      VALUES (tenant_a(), the('call'), 1, 0, 'unknown', true, clock())
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_each_lease_counts_once(tenant_a())',
    $$ VALUES ('operation', kept('call'), 'lease 1 of 1 counted 2 times') $$,
    'a lease that counted twice is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operation_attempts SET lease_epoch = 9 WHERE operation_id = the('call')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_each_lease_counts_once(tenant_a())',
    $$ VALUES ('operation', kept('call'), 'lease 9 of 1 counted 1 times') $$,
    'a lease that was never given out is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_each_lease_counts_once(tenant_b())',
                'another tenant that is right has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_each_lease_counts_once(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
