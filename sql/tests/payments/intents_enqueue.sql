BEGIN;
SELECT plan(6);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT keep('p1', '11111111-1111-4111-8111-111111111111'::text),
       keep('p2', '22222222-2222-4222-8222-222222222222'::text);
SELECT keep('o1', '33333333-3333-4333-8333-333333333333'::text),
       keep('o2', '44444444-4444-4444-8444-444444444444'::text);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.payments_record(tenant_a(), ARRAY[the('p1'), the('p2')], '{s,s}',
                                ARRAY[payment_request(), payment_request()], clock());
CREATE FUNCTION pg_temp.enqueue() RETURNS TABLE (operation_id uuid, operation jsonb) LANGUAGE sql
    AS $$
    SELECT * FROM payments.intents_enqueue(tap_helpers.tenant_a(),
                                           ARRAY[tap_helpers.the('p1'), tap_helpers.the('p2')],
                                           ARRAY[tap_helpers.the('o1'), tap_helpers.the('o2')],
        ARRAY[NULL, NULL]::uuid[], ARRAY[tap_helpers.payment_request('{"orderId": "A"}'),
                                         tap_helpers.payment_request('{"orderId": "B"}')],
                                           '{t1,t2}', 20) $$;
CREATE TEMP TABLE made AS SELECT * FROM pg_temp.enqueue();
SELECT results_eq(
    $$ SELECT operation_id, operation ->> 'id', operation ->> 'traceContext',
              operation #>> '{request,params,metadata,order_id}', operation ->> 'fenced' FROM made
        ORDER BY 1 $$,
    $$ VALUES (the('o1'), the('o1')::text, 't1', 'A', 'true'),
              (the('o2'), the('o2')::text, 't2', 'B', 'true') $$,
    'each call is returned with its own frozen request, fenced');
SELECT is((SELECT operation -> 'request' FROM made WHERE operation_id = the('o1')),
          payments.intent_request(tenant_a(), the('p1'), the('o1'),
                                  payment_request('{"orderId": "A"}')),
          'the request is intent_request''s');
SELECT is(
    (SELECT (o.kind, o.state, o.lease_epoch, o.leased_by, o.first_sent_epoch,
             o.first_sent_at = o.last_sent_at, o.next_run_at - o.first_sent_at, o.lock_key)::text
       FROM operation_row(the('o1')) AS o),
    format('(intent,leased,1,inline,1,t,00:00:20,payment:%s)', the('p1')),
    'the row is leased to the request and fenced under its first lease');
SELECT remember();
SELECT throws_ok($$ SELECT pg_temp.enqueue() $$, '23505', NULL,
                 'a call that is not new is refused');
SELECT unchanged('and changes nothing');
SELECT is_empty(
    $$ SELECT * FROM payments.intents_enqueue(tenant_a(), NULL, NULL, NULL, NULL, NULL, 20) $$,
    'none is fine');

SELECT * FROM finish();
ROLLBACK;
