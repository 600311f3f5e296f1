BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('r', refund(pay('k1'), 'r1', 5000));
SELECT keep('t', transfer_of(pay('k1'), 'v1')), keep('call', call_of(pay('k1'), 'v1')),
       keep('open', transfer_of(pay('k2'), 'v1')), keep('ready', call_of(pay('k2'), 'v1'));
CREATE FUNCTION pg_temp.clock_of(p_name text) RETURNS text LANGUAGE sql
    AS $$ SELECT t.paid_at::text FROM payments.stripe_transfers AS t
           WHERE t.id = tap_helpers.the(p_name) $$;
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_ended_states_stay(tenant_a())',
                'a tenant that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operation_attempts SET outcome = 'failed'
     WHERE operation_id = the('call')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_ended_states_stay(tenant_a())',
    $$ VALUES ('operation', kept('call'), 'succeeded, but its last attempt that counted failed') $$,
    'an operation whose audit says otherwise is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.stripe_operation_attempts WHERE operation_id = the('call')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_ended_states_stay(tenant_a())',
    $$ VALUES ('operation', kept('call'),
               'succeeded, but its last attempt that counted is missing') $$,
    'an end that nobody brought is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    INSERT INTO payments.stripe_operation_attempts (tenant_id, operation_id, lease_epoch,
                                                    generation,
                                                    outcome, applied, finished_at)
      VALUES (tenant_a(), the('call'), 9, 0, 'unknown', true, clock())
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_ended_states_stay(tenant_a())',
    $$ VALUES ('operation', kept('call'),
               'succeeded, but its last attempt that counted unknown') $$,
    'an attempt that counted after the end is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_transfers SET status = 'reversed' WHERE id = the('t');
    UPDATE payments.stripe_transfers SET paid_at = NULL WHERE id = transfer_of(pay('k1'), 'a1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_ended_states_stay(tenant_a())',
    $$ VALUES ('transfer', kept('t'),
               format('reversed, paid %s, reversed 0', pg_temp.clock_of('t'))),
              ('transfer', transfer_of(pay('k1'), 'a1')::text, 'paid, paid , reversed 0') $$,
    'a transfer further than its money, or less far, is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_ended_states_stay(tenant_b())',
                'another tenant that is right has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_ended_states_stay(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
