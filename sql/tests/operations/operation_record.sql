BEGIN;
SELECT plan(25);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT throws_ok(
    $$ SELECT * FROM payments.operation_record(tenant_a(), tenant_b(), 1,
                                               '{"outcome": "succeeded"}') $$, 'PY010', NULL,
    'a result for an unknown operation is refused');
SELECT unchanged('the refused result leaves nothing, no attempt either');
-- A worker loses its lease to another.
SELECT send(the('call'));
SELECT advance('21 seconds');
SELECT send(the('call'));
SELECT keep('row', operation_row(the('call'))::text);
SELECT is(
    (SELECT (applied, enqueued, next_operation)::text
       FROM payments.operation_record(tenant_a(), the('call'), 1,
    jsonb_build_object('outcome', 'succeeded', 'object', transfer_object(the('call')), 'requestId',
                       'req_stale', 'httpStatus', 200))), '(f,0,)',
    'a stale worker''s success does not apply');
SELECT is(operation_row(the('call'))::text, kept('row'),
          'a stale worker changes nothing of the operation');
SELECT is((SELECT status FROM payments.stripe_transfers WHERE id = transfer_of(pay('k1'), 'v1')),
          'pending', 'a stale worker changes nothing of the transfer');
SELECT is(
    (SELECT (lease_epoch, generation, outcome, applied, http_status, provider_id, request_id)::text
       FROM payments.stripe_operation_attempts
            WHERE operation_id = the('call')), '(1,0,succeeded,f,200,tr_'
    || transfer_of(pay('k1'), 'v1') || ',req_stale)',
    'a stale worker leaves its evidence: what Stripe made under which lease');
SELECT is(
    (SELECT applied FROM payments.operation_record(tenant_a(), the('call'), 1,
                                                   '{"outcome": "failed", "code": "x"}')), false,
    'a stale failure does not apply');
SELECT is((operation_row(the('call'))).generation, 0,
          'a stale failure never raises the generation');
SELECT is(
    (SELECT applied FROM payments.operation_record(tenant_a(), the('call'), 3,
                                                   '{"outcome": "failed", "code": "x"}')), false,
    'an epoch that was never given out does not apply');
-- The four outcomes.
SELECT is(
    (SELECT applied FROM payments.operation_record(tenant_a(), the('call'), 2,
                                                   '{"outcome": "unknown", "code": "timeout"}')),
    true, 'a doubt under the lease applies');
SELECT is((SELECT (o.state, o.generation, o.failures)::text FROM operation_row(the('call')) AS o),
          '(unknown,0,1)', 'UNKNOWN keeps the key');
SELECT is(
    (SELECT applied FROM payments.operation_record(tenant_a(), the('call'), 2,
                                                   '{"outcome": "failed", "code": "x"}')), false,
    'a second result under one lease does not apply: the lease ended with the first');
SELECT send(the('call'));
SELECT is(
    (SELECT applied FROM payments.operation_record(tenant_a(), the('call'), 3,
                                                   '{"outcome": "not_sent", "code": '
                                                   '"rate_limit"}')), true,
    'a call turned away applies');
SELECT is((SELECT (o.state, o.failures)::text FROM operation_row(the('call')) AS o), '(unknown,1)',
          'a call turned away costs no failure');
SELECT send(the('call'));
SELECT is(
    (SELECT applied FROM payments.operation_record(tenant_a(), the('call'), 4,
                                                   '{"outcome": "failed", "code": '
                                                   '"resource_missing"}')), true,
    'a refusal applies');
SELECT is((SELECT (o.state, o.generation)::text FROM operation_row(the('call')) AS o), '(ready,1)',
          'the generation rises with a definite failure');
SELECT send(the('call'));
SELECT is(
    (SELECT applied FROM payments.operation_record(tenant_a(), the('call'), 5,
                                                   jsonb_build_object('outcome', 'succeeded',
                                                       'object', transfer_object(the('call'))))),
    true, 'a success applies');
SELECT is((SELECT (o.state, o.outcome, o.lease_epoch)::text FROM operation_row(the('call')) AS o),
          '(succeeded,succeeded,5)', 'the operation succeeded');
SELECT is(
    (SELECT array_agg((a.lease_epoch, a.generation, a.outcome, a.applied)::text
                      ORDER BY a.lease_epoch, a.outcome)
             FROM payments.stripe_operation_attempts AS a WHERE a.operation_id = the('call')
              AND a.applied),
    ARRAY['(2,0,unknown,t)', '(3,0,not_sent,t)', '(4,0,failed,t)', '(5,1,succeeded,t)'],
    'every attempt that applied is in the record');
-- An outcome nobody knows is a doubt, never a success or a failure.
SELECT keep('odd', call_of(pay('k1'), 'a1'));
SELECT send(the('odd'));
SELECT payments.operation_record(tenant_a(), the('odd'), 1, '{"outcome": "surprising"}');
SELECT is((SELECT (o.state, o.generation)::text FROM operation_row(the('odd')) AS o), '(unknown,0)',
          'an outcome of an unknown name is a doubt');
SELECT send(the('odd'));
SELECT keep('row', operation_row(the('odd'))::text);
SELECT throws_ok($$ SELECT payments.operation_record(tenant_a(), the('odd'), 2, '{}') $$, '23502',
                 NULL, 'a result without an outcome is refused');
SELECT is(operation_row(the('odd'))::text, kept('row'), 'the refused result changes nothing');

-- A read leaves nothing at Stripe, whatever became of the answer.
SELECT payments.fetch_enqueue(tenant_a(), NULL, account_of(tenant_a(), 'v1'), 'accounts',
                              'acct_v1_aaaaaaaa', 'a');
SELECT keep('read', operation_of(account_of(tenant_a(), 'v1'), 'fetch'));
SELECT send(the('read'));
SELECT is(
    (SELECT applied FROM payments.operation_record(tenant_a(), the('read'), 1,
                                                   '{"outcome": "unknown", "code": "no_answer"}')),
    true, 'a read without an answer applies');
SELECT is(
    (SELECT (o.state, o.failures, o.first_sent_at IS NULL)::text
       FROM operation_row(the('read')) AS o), '(ready,1,t)', 'it failed, and is tried again');
UPDATE payments.stripe_operations SET failures = 19, next_run_at = clock()
 WHERE tenant_id = tenant_a() AND id = the('read');
SELECT send(the('read')), finish(the('read'), '{"outcome": "unknown", "code": "no_answer"}');
SELECT is((SELECT (o.state, o.outcome)::text FROM operation_row(the('read')) AS o),
          '(failed,failed)', 'given up it keeps no later read of its object waiting');

SELECT * FROM finish();
ROLLBACK;
