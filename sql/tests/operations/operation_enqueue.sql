BEGIN;
SELECT plan(16);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1');
SELECT keep('id', '11111111-1111-4111-8111-111111111111'::text);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.operation_enqueue(tenant_a(), 'fetch', the('id'), pay('k1'), pay('k1'), 'fetch:x',
                               '{"resource": "r", "target": "x"}'), NULL,
    'an operation without a lease is left to the worker');
SELECT is(
    (SELECT (o.state, o.outcome, o.kind, o.lock_key, o.lease_epoch, o.generation, o.failures,
             o.first_sent_at, o.leased_by)::text FROM operation_row(the('id')) AS o),
    '(ready,,fetch,fetch:x,0,0,0,,)', 'a new operation is ready, under its first key, unsent');
SELECT cmp_ok((operation_row(the('id'))).next_run_at, '<=', clock(),
              'a new operation is due at once');
SELECT remember();
SELECT is(
    payments.operation_enqueue(tenant_a(), 'fetch', the('id'), pay('k1'), pay('k1'), 'fetch:x',
                               '{"other": 1}', NULL, NULL, 20), NULL,
    'the same id again is the same call');
SELECT unchanged('the same call again changes nothing, not even the request');
SELECT send(the('id'));
SELECT remember();
SELECT is(
    payments.operation_enqueue(tenant_a(), 'fetch', the('id'), pay('k1'), pay('k1'), 'fetch:x',
                               '{"other": 1}', NULL, NULL, 20), NULL,
    'a call on the wire is not asked for again');
SELECT unchanged('a call on the wire is not changed');
-- Definitely failed: it may start anew.
UPDATE payments.stripe_operations SET failures = 19 WHERE id = the('id');
SELECT finish(the('id'), '{"outcome": "failed", "code": "resource_missing"}');
SELECT is((SELECT (o.state, o.generation)::text FROM operation_row(the('id')) AS o), '(failed,1)',
          'the call failed');
SELECT payments.operation_enqueue(tenant_a(), 'fetch', the('id'), pay('k1'), pay('k1'), 'fetch:x',
                                  '{"other": 1}');
SELECT is(
    (SELECT (o.state, o.outcome, o.generation, o.lease_epoch, o.failures, o.finished_at, o.request,
             o.first_sent_at)::text FROM operation_row(the('id')) AS o),
    '(ready,,1,1,0,,"{""other"": 1}",)',
    'a failed call starts anew with a new request under the next key; its epoch never goes down');
-- Inline.
SELECT keep('inline', '22222222-2222-4222-8222-222222222222'::text);
SELECT is(
    payments.operation_enqueue(tenant_a(), 'capture', the('inline'), pay('k1'), pay('k1'),
                               'payment:x', '{"target": "pi"}', NULL, '00-trace', 20)
          - ARRAY['request', 'tenantId'],
    jsonb_build_object('id', the('inline'), 'kind', 'capture', 'leaseEpoch', 1, 'generation', 0,
                       'idempotencyKey', the('inline') || ':0',
                       'evidence', NULL, 'fenced', true, 'traceContext', '00-trace'),
    'an inline call comes back leased and fenced, at epoch 1');
SELECT is(
    (SELECT (o.state, o.lease_epoch, o.leased_by, o.first_sent_epoch,
             o.first_sent_at = o.last_sent_at)::text FROM operation_row(the('inline')) AS o),
    '(leased,1,inline,1,t)', 'an inline call is written as sent');
SELECT is((operation_row(the('inline'))).next_run_at BETWEEN clock() + '19 seconds'::interval
          AND clock() + '20 seconds', true, 'an inline call has the lease it was given');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.operation_enqueue(tenant_a(), 'cancel',
                                         '33333333-3333-4333-8333-333333333333', pay('k1'),
                                         pay('k1'), 'payment:x', '{}', NULL, NULL, 20) $$,
    '23505', NULL, 'a second unresolved inline call on one object is refused by its index');
SELECT unchanged('the refused call is not written');
SELECT finish(the('inline'), '{"outcome": "failed", "code": "x"}');
SELECT is(
    (payments.operation_enqueue(tenant_a(), 'capture', the('inline'), pay('k1'), pay('k1'),
                                'payment:x', '{"target": "pi"}', NULL, NULL, 20)) - ARRAY['request',
                                    'tenantId', 'id', 'kind'],
    jsonb_build_object('leaseEpoch', 2, 'generation', 1, 'idempotencyKey', the('inline') || ':1',
                       'evidence', NULL, 'fenced', true, 'traceContext', NULL),
    'an inline call that failed starts anew at the next epoch and under the next key');
SELECT is((SELECT (o.first_sent_epoch, o.failures)::text FROM operation_row(the('inline')) AS o),
          '(2,0)', 'its first sending belongs to the new lease');

SELECT * FROM finish();
ROLLBACK;
