BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT keep('epoch', lease(the('call')));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT is(
    payments.operation_release_lease(tenant_a(), the('call'), kept('epoch')::bigint - 1,
                                     '1 second'), 0, 'a stale lease gives nothing back');
SELECT unchanged('a stale giver changes nothing');
SELECT is(payments.operation_release_lease(tenant_a(), tenant_b(), 1, '1 second'), 0,
          'an unknown operation is not given back');
SELECT is(
    payments.operation_release_lease(tenant_a(), the('call'), kept('epoch')::bigint, '1 minute'), 1,
    'a lease that holds gives its operation back');
SELECT results_eq(
    $$ SELECT o.state, o.leased_by, o.lease_epoch, o.failures
         FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('ready', NULL::text, 1::bigint, 0) $$,
    'an operation given back unsent is ready; its epoch stays');
SELECT is((operation_row(the('call'))).next_run_at BETWEEN clock() + '59 seconds'::interval
          AND clock() + '1 minute', true, 'it is due after the delay');
SELECT is(payments.operation_release_lease(tenant_a(), the('call'), kept('epoch')::bigint, '0'), 0,
          'an operation is given back once');
SELECT send(the('call'));
SELECT is(payments.operation_release_lease(tenant_a(), the('call'), 2, '0'), 1,
          'an operation that was sent can be given back too');
SELECT results_eq(
    $$ SELECT o.state, o.first_sent_at IS NOT NULL FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('unknown', true) $$, 'one that was sent goes back as unknown');

SELECT * FROM finish();
ROLLBACK;
