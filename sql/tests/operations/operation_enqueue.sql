BEGIN;
SELECT plan(16);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1');
SELECT keep('id', '11111111-1111-4111-8111-111111111111'::text);
CREATE FUNCTION pg_temp.enqueue(p_id uuid, p_kind text, p_lock_key text, p_request jsonb,
                                p_lease_seconds numeric DEFAULT NULL, p_trace text DEFAULT NULL)
RETURNS jsonb LANGUAGE sql
AS $$ SELECT payments.operation_enqueue(tap_helpers.tenant_a(), jsonb_build_object(
          'id', p_id, 'kind', p_kind, 'paymentId', tap_helpers.pay('k1'),
          'subjectId', tap_helpers.pay('k1'), 'lockKey', p_lock_key, 'request', p_request,
          'traceContext', p_trace), p_lease_seconds) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    pg_temp.enqueue(the('id'), 'fetch', 'fetch:x', '{"resource": "r", "target": "x"}'), NULL,
    'an operation without a lease is left to the worker');
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.kind, o.lock_key, o.lease_epoch, o.generation, o.failures,
              o.first_sent_at, o.leased_by
         FROM operation_row(the('id')) AS o $$,
    $$ VALUES ('ready', NULL::text, 'fetch', 'fetch:x', 0::bigint, 0, 0, NULL::timestamptz,
               NULL::text) $$, 'a new operation is ready, under its first key, unsent');
SELECT cmp_ok((operation_row(the('id'))).next_run_at, '<=', clock(),
              'a new operation is due at once');
SELECT remember();
SELECT is(
    pg_temp.enqueue(the('id'), 'fetch', 'fetch:x', '{"other": 1}', 20), NULL,
    'the same id again is the same call');
SELECT unchanged('the same call again changes nothing, not even the request');
SELECT send(the('id'));
SELECT remember();
SELECT is(
    pg_temp.enqueue(the('id'), 'fetch', 'fetch:x', '{"other": 1}', 20), NULL,
    'a call on the wire is not asked for again');
SELECT unchanged('a call on the wire is not changed');
-- Definitely failed: it may start anew.
UPDATE payments.stripe_operations SET failures = 19 WHERE id = the('id');
SELECT finish(the('id'), '{"outcome": "failed", "code": "resource_missing"}');
SELECT results_eq(
    $$ SELECT o.state, o.generation FROM operation_row(the('id')) AS o $$,
    $$ VALUES ('failed', 1) $$, 'the call failed');
SELECT pg_temp.enqueue(the('id'), 'fetch', 'fetch:x', '{"other": 1}');
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.generation, o.lease_epoch, o.failures, o.finished_at,
              o.request, o.first_sent_at
         FROM operation_row(the('id')) AS o $$,
    $$ VALUES ('ready', NULL::text, 1, 1::bigint, 0, NULL::timestamptz, '{"other": 1}'::jsonb,
               NULL::timestamptz) $$,
    'a failed call starts anew with a new request under the next key; its epoch never goes down');
-- Inline.
SELECT keep('inline', '22222222-2222-4222-8222-222222222222'::text);
SELECT is(
    pg_temp.enqueue(the('inline'), 'capture', 'payment:x', '{"target": "pi"}', 20, '00-trace')
          - ARRAY['request', 'tenantId'],
    jsonb_build_object('id', the('inline'), 'kind', 'capture', 'leaseEpoch', 1, 'generation', 0,
                       'idempotencyKey', the('inline') || ':0',
                       'evidence', NULL, 'fenced', true, 'traceContext', '00-trace'),
    'an inline call comes back leased and fenced, at epoch 1');
SELECT results_eq(
    $$ SELECT o.state, o.lease_epoch, o.leased_by, o.first_sent_epoch,
              o.first_sent_at = o.last_sent_at
         FROM operation_row(the('inline')) AS o $$,
    $$ VALUES ('leased', 1::bigint, 'inline', 1::bigint, true) $$,
    'an inline call is written as sent');
SELECT is((operation_row(the('inline'))).next_run_at BETWEEN clock() + '19 seconds'::interval
          AND clock() + '20 seconds', true, 'an inline call has the lease it was given');
SELECT remember();
SELECT throws_ok(
    $$ SELECT pg_temp.enqueue('33333333-3333-4333-8333-333333333333', 'cancel', 'payment:x', '{}',
                              20) $$,
    '23505', NULL, 'a second unresolved inline call on one object is refused by its index');
SELECT unchanged('the refused call is not written');
SELECT finish(the('inline'), '{"outcome": "failed", "code": "x"}');
SELECT is(
    pg_temp.enqueue(the('inline'), 'capture', 'payment:x', '{"target": "pi"}', 20)
        - ARRAY['request', 'tenantId', 'id', 'kind'],
    jsonb_build_object('leaseEpoch', 2, 'generation', 1, 'idempotencyKey', the('inline') || ':1',
                       'evidence', NULL, 'fenced', true, 'traceContext', NULL),
    'an inline call that failed starts anew at the next epoch and under the next key');
SELECT results_eq(
    $$ SELECT o.first_sent_epoch, o.failures FROM operation_row(the('inline')) AS o $$,
    $$ VALUES (2::bigint, 0) $$, 'its first sending belongs to the new lease');

SELECT * FROM finish();
ROLLBACK;
