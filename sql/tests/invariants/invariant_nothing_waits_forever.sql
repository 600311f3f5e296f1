BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('r', refund(pay('k1'), 'r1', 5000));
SELECT keep('t', transfer_of(pay('k1'), 'v1')), keep('call', call_of(pay('k1'), 'v1')),
       keep('open', transfer_of(pay('k2'), 'v1')), keep('ready', call_of(pay('k2'), 'v1'));
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_nothing_waits_forever(tenant_a())',
                'a tenant that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET next_run_at = '2999-01-01 00:00Z' WHERE id = the('ready')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_nothing_waits_forever(tenant_a())',
    $$ VALUES ('operation', kept('ready'),
               format('ready until %s, held by {}', '2999-01-01 00:00Z'::timestamptz)) $$,
    'a call that is never due is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET holds = '{dispute}' WHERE id = the('ready')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_nothing_waits_forever(tenant_a())',
    $$ VALUES ('operation', kept('ready'),
               format('ready until %s, held by {dispute}',
                      (operation_row(the('ready'))).next_run_at)) $$,
    'a hold for a dispute that is over is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET holds = '{payee_blocked}' WHERE id = the('ready')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_nothing_waits_forever(tenant_a())',
    $$ VALUES ('operation', kept('ready'),
               format('ready until %s, held by {payee_blocked}',
                      (operation_row(the('ready'))).next_run_at)) $$,
    'a hold for a payee who can receive is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET state = 'failed', outcome = 'failed'
     WHERE id = the('ready')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_nothing_waits_forever(tenant_a())',
    $$ VALUES ('transfer', kept('open'), 'pending, and nothing is under way for it') $$,
    'a transfer under way without a call is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    DELETE FROM payments.stripe_operations WHERE subject_id = reversal_of(the('r'), 'v1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_nothing_waits_forever(tenant_a())',
    $$ VALUES ('reversal', reversal_of(the('r'), 'v1')::text,
               'pending, and nothing is under way for it') $$, 'so is a reversal');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.transfer_reversals SET status = 'waiting'
     WHERE id = reversal_of(the('r'), 'v1');
    DELETE FROM payments.stripe_operations WHERE subject_id = reversal_of(the('r'), 'v1')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_nothing_waits_forever(tenant_a())',
    $$ VALUES ('reversal', reversal_of(the('r'), 'v1')::text,
               'waiting, and nothing is under way for it') $$,
    'and one that waits for a transfer that is paid');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.payment_refunds SET status = 'pending', accepted_at = NULL,
           stripe_refund_id = NULL
     WHERE id = the('r')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM '
    'payments.invariant_nothing_waits_forever(tenant_a())',
    $$ VALUES ('refund', kept('r'), 'pending, and nothing is under way for it') $$,
    'and a refund that nobody asks for');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET holds = '{review}' WHERE id = the('ready')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id FROM payments.invariant_nothing_waits_forever(tenant_a())',
    $$ VALUES ('operation', kept('ready')) $$, 'a hold for a review that is over is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.stripe_operations SET holds = '{payee_review}' WHERE id = the('ready')
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id FROM payments.invariant_nothing_waits_forever(tenant_a())',
    $$ VALUES ('operation', kept('ready')) $$, 'and one for a review of the payee');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_nothing_waits_forever(tenant_b())',
                'another tenant that is right has no breach');
SELECT is_empty('SELECT * FROM payments.invariant_nothing_waits_forever(tenant_a())',
                'and sees none of a tenant it has not entered');

SELECT * FROM finish();
ROLLBACK;
