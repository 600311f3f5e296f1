BEGIN;
SELECT plan(14);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('one', call_of(pay('k1'), 'v1')), keep('two', call_of(pay('k2'), 'v1')),
       keep('three', call_of(pay('k1'), 'a1'));
SELECT lease(the('one')), lease(the('two')), lease(the('three'));
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT throws_ok(
    $$ SELECT * FROM api.operations_fence(NULL, ARRAY[the('one')], ARRAY[1]::bigint[], 10) $$,
    'PY001', NULL, 'a fence without a tenant is refused');
SELECT is_empty(
    $$ SELECT * FROM api.operations_fence(tenant_b(), ARRAY[the('one')], ARRAY[1]::bigint[], 10) $$,
    'another tenant''s operation is not fenced');
SELECT throws_ok(
    $$ SELECT * FROM api.operations_fence(tenant_a(), ARRAY[the('one')], ARRAY[1]::bigint[], 10) $$,
    'PY002', NULL, 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT is_empty(
    $$ SELECT * FROM api.operations_fence(tenant_a(), ARRAY[the('one')], ARRAY[0]::bigint[], 10) $$,
    'a stale lease may not send');
RESET ROLE;
SELECT unchanged('refused fences change nothing');
SET LOCAL ROLE payments_worker;
SELECT set_eq(
    $$ SELECT * FROM api.operations_fence(tenant_a(), ARRAY[the('one'), the('three')],
                                          ARRAY[1, 1]::bigint[], 10) $$,
    ARRAY[the('one'), the('three')],
    'leases that hold may send, at once');
RESET ROLE;
SELECT results_eq(
    $$ SELECT o.first_sent_at IS NOT NULL, o.first_sent_epoch, o.state
         FROM operation_row(the('one')) AS o $$,
    $$ VALUES (true, 1::bigint, 'leased') $$, 'what may be sent is recorded as sent first');
-- The unique index strikes.
UPDATE payments.stripe_operations SET lock_key = (operation_row(the('one'))).lock_key
 WHERE id = the('two');
SELECT keep('four', call_of(pay('k2'), 'a1'));
SELECT lease(the('four'));
SET LOCAL ROLE payments_worker;
SELECT set_eq(
    $$ SELECT * FROM api.operations_fence(tenant_a(), ARRAY[the('two'), the('four')],
                                          ARRAY[1, 1]::bigint[], 10) $$, ARRAY[the('four')],
    'a call on an object with an unresolved call may not be sent; the rest of its batch may');
RESET ROLE;
SELECT results_eq(
    $$ SELECT o.state, o.lease_epoch, o.first_sent_at, o.leased_by, o.failures,
              o.next_run_at BETWEEN clock() AND clock() + '1 second'
         FROM operation_row(the('two')) AS o $$,
    $$ VALUES ('ready', 1::bigint, NULL::timestamptz, NULL::text, 0, true) $$,
    'the operation that the index struck goes back to the queue for a moment, without a failure');
-- Two of one batch on one object.
SELECT finish(the('one'), jsonb_build_object('outcome', 'succeeded', 'object',
                                             transfer_object(the('one'))));
SELECT settled_payment(tenant_a(), 'k3'), settled_payment(tenant_a(), 'k4');
SELECT keep('five', call_of(pay('k3'), 'v1')), keep('six', call_of(pay('k4'), 'v1'));
UPDATE payments.stripe_operations SET lock_key = 'the same' WHERE id IN (the('five'), the('six'));
SELECT lease(the('five')), lease(the('six'));
SET LOCAL ROLE payments_worker;
SELECT is(
    (SELECT count(*) FROM api.operations_fence(tenant_a(), ARRAY[the('five'), the('six')],
                                               ARRAY[1, 1]::bigint[], 10)), 1::bigint,
    'of two calls on one object in one batch exactly one may be sent');
RESET ROLE;
SELECT is(
    (SELECT array_agg(state ORDER BY state) FROM payments.stripe_operations
      WHERE lock_key = 'the same'), '{leased,ready}', 'the other goes back to the queue');
-- A dead call holds its object.
UPDATE payments.stripe_operations SET failures = 19 WHERE lock_key = 'the same'
   AND state = 'leased';
SELECT finish(o.id, '{"outcome": "unknown"}') FROM payments.stripe_operations AS o
 WHERE lock_key = 'the same' AND state = 'leased';
SELECT keep('late', o.id) FROM payments.stripe_operations AS o WHERE o.lock_key = 'the same'
   AND o.state = 'ready';
SELECT keep('epoch', lease(the('late')));
SET LOCAL ROLE payments_worker;
SELECT is_empty(
    $$ SELECT * FROM api.operations_fence(tenant_a(), ARRAY[the('late')],
                                          ARRAY[kept('epoch')::bigint], 10) $$,
    'a dead call is unresolved: no second call on its object is sent');
RESET ROLE;
SELECT is(
    (SELECT array_agg(state ORDER BY state) FROM payments.stripe_operations
      WHERE lock_key = 'the same'), '{dead,ready}', 'the dead call stays dead, the other waits');
-- The lease has run out.
SELECT lease(the('late'));
SELECT advance('21 seconds');
SET LOCAL ROLE payments_worker;
SELECT is_empty(
    $$ SELECT * FROM api.operations_fence(tenant_a(), ARRAY[the('late')],
                                          ARRAY[kept('epoch')::bigint + 1], 10) $$,
    'a lease that has run out may not send');

SELECT * FROM finish();
ROLLBACK;
