BEGIN;
SELECT plan(15);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT send(the('call'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT keep('at', clock());
SELECT payments.operation_mark_unknown(operation_row(the('call')),
                                       '{"outcome": "unknown", "code": "timeout", "message": "no '
                                       'answer", "backoffSeconds": 2}', kept('at')::timestamptz);
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.failures, o.leased_by, o.last_error_code, o.last_error
         FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('unknown', NULL::text, 1, NULL::text, 'timeout', 'no answer') $$,
    'an operation in doubt is unknown, unresolved, and has a failure');
SELECT results_eq(
    $$ SELECT o.generation, o.lease_epoch FROM operation_row(the('call')) AS o $$,
    $$ VALUES (0, 1::bigint) $$, 'an operation in doubt keeps its key');
SELECT isnt((operation_row(the('call'))).first_sent_at, NULL,
            'an operation in doubt stays one that was sent');
SELECT is(
    (operation_row(the('call'))).next_run_at BETWEEN kept('at')::timestamptz AND kept(
        'at')::timestamptz + '4 seconds', true,
    'an operation in doubt is tried again within base times 2^failures seconds');
SELECT send(the('call'));
SELECT payments.operation_mark_unknown(operation_row(the('call')),
                                       '{"outcome": "unknown", "code": "idempotency_key_in_use"}',
                                       kept('at')::timestamptz);
SELECT results_eq(
    $$ SELECT o.state, o.failures FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('unknown', 1) $$, 'a call that Stripe is still working on costs no failure');
SELECT is((operation_row(the('call'))).next_run_at BETWEEN kept('at')::timestamptz + '1 second'
          AND kept('at')::timestamptz + '2 seconds', true,
    'a call that Stripe is still working on is asked again in a second or two');
-- A saved 5xx: five minutes, an hour, a day.
SELECT keep('sent', (operation_row(the('call'))).first_sent_at);
SELECT send(the('call'));
SELECT payments.operation_mark_unknown(operation_row(the('call')),
                                       '{"outcome": "unknown", "httpStatus": 500, "replayed": '
                                       'true}', kept('sent')::timestamptz + '1 minute');
SELECT is((operation_row(the('call'))).next_run_at, kept('sent')::timestamptz + '6 minutes',
          'a saved 5xx is looked at again after five minutes');
SELECT send(the('call'));
SELECT payments.operation_mark_unknown(operation_row(the('call')),
                                       '{"outcome": "unknown", "httpStatus": 500, "replayed": '
                                       'true}', kept('sent')::timestamptz + '6 minutes');
SELECT is((operation_row(the('call'))).next_run_at, kept('sent')::timestamptz + '66 minutes',
          'a 5xx still saved after five minutes is looked at again after an hour (F15)');
SELECT send(the('call'));
SELECT payments.operation_mark_unknown(operation_row(the('call')),
                                       '{"outcome": "unknown", "httpStatus": 503, "replayed": '
                                       'true}', kept('sent')::timestamptz + '66 minutes');
SELECT is((operation_row(the('call'))).next_run_at, kept('sent')::timestamptz + '1 day 66 minutes',
          'a 5xx still saved after an hour is looked at again after a day');
SELECT results_eq(
    $$ SELECT o.state, o.generation, o.failures FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('unknown', 0, 4) $$, 'a saved 5xx never changes the key');
SELECT send(the('call'));
SELECT payments.operation_mark_unknown(operation_row(the('call')),
                                       '{"outcome": "unknown", "httpStatus": 500, "replayed": '
                                       'false}', clock());
SELECT cmp_ok((operation_row(the('call'))).next_run_at, '<=', clock() + '600 seconds',
              'a fresh 5xx backs off at most ten minutes');
-- The end of patience.
UPDATE payments.stripe_operations SET failures = 19 WHERE tenant_id = tenant_a()
   AND id = the('call');
SELECT send(the('call'));
SELECT payments.operation_mark_unknown(operation_row(the('call')),
                                       '{"outcome": "unknown", "code": "idempotency_key_in_use"}',
                                       clock());
SELECT results_eq(
    $$ SELECT o.state, o.failures FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('unknown', 19) $$, 'a call still being worked on at Stripe is never given up');
SELECT send(the('call'));
SELECT payments.operation_mark_unknown(operation_row(the('call')),
                                       '{"outcome": "unknown", "message": "gone"}', clock());
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.failures, o.generation, o.last_error_code, o.last_error
         FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('dead', NULL::text, 20, 0, 'unknown', 'gone') $$,
    'the twentieth doubt is given up for a person, unresolved and under its old key');
SELECT is(
    (SELECT status FROM payments.stripe_transfers WHERE tenant_id = tenant_a()
        AND recipient_id = 'v1'), 'pending',
    'the transfer of a dead operation is still owed');
SELECT is(
    (SELECT count(*) FROM payments.ledger_postings WHERE tenant_id = tenant_a()
        AND cause_type = 'transfer'), 0::bigint, 'a doubt posts nothing');

SELECT * FROM finish();
ROLLBACK;
