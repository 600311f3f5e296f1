BEGIN;
SELECT plan(6);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT send(the('call'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT keep('at', clock());
SELECT payments.operation_requeue_unsent(operation_row(the('call')),
                                         '{"outcome": "not_sent", "code": "rate_limit", '
                                         '"retryAfter": 30, "message": "slow down"}',
                                         kept('at')::timestamptz);
SELECT results_eq(
    $$ SELECT o.state, o.generation, o.failures, o.lease_epoch, o.leased_by, o.last_error_code,
              o.last_error
         FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('ready', 0, 0, 1::bigint, NULL::text, 'rate_limit', 'slow down') $$,
    'a 429 costs no failure and keeps the key and the epoch');
SELECT is(
    (SELECT num_nulls(o.first_sent_at, o.first_sent_epoch, o.last_sent_at)
       FROM operation_row(the('call')) AS o), 3,
    'a call turned away under its first lease was never sent');
SELECT is((operation_row(the('call'))).next_run_at, kept('at')::timestamptz + '30 seconds',
          'the wait that Stripe asks for is kept');
-- Sent under an earlier lease: that one may be at Stripe.
SELECT send(the('call'));
SELECT payments.operation_mark_unknown(operation_row(the('call')), '{"outcome": "unknown"}',
                                       clock());
SELECT keep('sent', (operation_row(the('call'))).first_sent_at);
SELECT send(the('call'));
SELECT payments.operation_requeue_unsent(operation_row(the('call')), '{"outcome": "not_sent"}',
                                         kept('at')::timestamptz);
SELECT results_eq(
    $$ SELECT o.state, o.generation, o.failures, o.first_sent_at = kept('sent')::timestamptz,
              o.last_error_code
         FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('unknown', 0, 1, true, 'not_sent') $$,
    'a call sent under an earlier lease stays unknown when a later one is turned away');
SELECT is(
    (operation_row(the('call'))).next_run_at BETWEEN kept('at')::timestamptz AND kept(
        'at')::timestamptz + '10 seconds', true,
    'without an asked-for wait the next attempt comes within ten seconds');
-- Never fenced at all.
SELECT keep('other', call_of(pay('k1'), 'a1'));
SELECT lease(the('other'));
SELECT payments.operation_requeue_unsent(operation_row(the('other')),
                                         '{"outcome": "not_sent", "code": "circuit_open"}',
                                         clock());
SELECT results_eq(
    $$ SELECT o.state, o.failures, o.last_error_code FROM operation_row(the('other')) AS o $$,
    $$ VALUES ('ready', 0, 'circuit_open') $$, 'a call that was only leased goes back unsent');

SELECT * FROM finish();
ROLLBACK;
