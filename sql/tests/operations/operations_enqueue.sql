BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2');
SELECT keep('o1', '33333333-3333-4333-8333-333333333333'::text),
       keep('o2', '44444444-4444-4444-8444-444444444444'::text),
       keep('o3', '55555555-5555-4555-8555-555555555555'::text);
CREATE FUNCTION pg_temp.call(p_name text, p_key text) RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object(
          'id', tap_helpers.the(p_name), 'kind', 'capture', 'paymentId', tap_helpers.pay(p_key),
          'subjectId', tap_helpers.pay(p_key), 'lockKey', 'payment:' || p_key,
          'request', jsonb_build_object('target', p_name), 'traceContext', 'trace ' || p_name) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE TEMP TABLE made AS SELECT * FROM payments.operations_enqueue(tenant_a(),
    jsonb_build_array(pg_temp.call('o1', 'k1'), pg_temp.call('o2', 'k2')), 20);
SELECT results_eq(
    $$ SELECT operation_id, operation ->> 'id', operation ->> 'traceContext',
              operation #>> '{request,target}', operation ->> 'fenced' FROM made
        ORDER BY operation_id $$,
    $$ VALUES (the('o1'), the('o1')::text, 'trace o1', 'o1', 'true'),
              (the('o2'), the('o2')::text, 'trace o2', 'o2', 'true') $$,
    'each call is returned with its own frozen request, fenced');
SELECT results_eq(
    $$ SELECT o.kind, o.state, o.lease_epoch, o.leased_by, o.first_sent_epoch,
              o.first_sent_at = o.last_sent_at, o.next_run_at - o.first_sent_at, o.lock_key
         FROM operation_row(the('o1')) AS o $$,
    $$ VALUES ('capture', 'leased', 1::bigint, 'inline', 1::bigint, true, interval '20 seconds',
               'payment:k1') $$,
    'the row is leased to the request and fenced under its first lease');
SELECT remember();
SELECT is_empty(
    $$ SELECT * FROM payments.operations_enqueue(
           tenant_a(), jsonb_build_array(pg_temp.call('o1', 'k1')), 20) $$,
    'a call that is not new is not written');
SELECT throws_ok(
    $$ SELECT * FROM payments.operations_enqueue(
           tenant_a(), jsonb_build_array(pg_temp.call('o3', 'k1')), 20) $$,
    '23505', NULL, 'a second unresolved call on one object is refused');
SELECT is_empty($$ SELECT * FROM payments.operations_enqueue(tenant_a(), NULL, 20) $$,
                'none is fine');
SELECT unchanged('none of these changes anything');
SELECT results_eq(
    $$ SELECT operation_id, operation
         FROM payments.operations_enqueue(tenant_a(),
                                          jsonb_build_array(pg_temp.call('o3', 'k1'))) $$,
    $$ VALUES (the('o3'), NULL::jsonb) $$, 'without a lease it is left to a worker');

SELECT * FROM finish();
ROLLBACK;
