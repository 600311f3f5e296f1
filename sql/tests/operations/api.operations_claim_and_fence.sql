BEGIN;
SELECT plan(11);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('one', call_of(pay('k1'), 'v1')), keep('two', call_of(pay('k1'), 'a1')),
       keep('three', call_of(pay('k2'), 'v1')), keep('four', call_of(pay('k2'), 'a1'));
CREATE FUNCTION pg_temp.due(VARIADIC p_names text[]) RETURNS void LANGUAGE sql AS $$
    UPDATE payments.stripe_operations SET next_run_at = tap_helpers.clock() + '1 day'
     WHERE state IN ('ready', 'unknown');
    UPDATE payments.stripe_operations SET next_run_at = tap_helpers.clock() - '1 second'::interval
     WHERE id IN (SELECT tap_helpers.the(n) FROM unnest(p_names) AS n);
$$;
SELECT pg_temp.due('one', 'two');
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT * FROM api.operations_claim_and_fence(NULL, 'w', 1, 10) $$, 'PY001',
                 NULL, 'without a tenant nothing is taken');
RESET ROLE;
SELECT unchanged('and nothing changes');
SET LOCAL ROLE payments_worker;
SELECT set_eq(
    $$ SELECT operation ->> 'id' AS id, operation ->> 'fenced' AS fenced,
              operation ->> 'leaseEpoch' AS epoch
         FROM api.operations_claim_and_fence(tenant_a(), 'w', 10, 20) $$,
    $$ VALUES (kept('one'), 'true', '1'), (kept('two'), 'true', '1') $$,
    'what was never sent is leased and fenced');
SELECT throws_ok($$ SELECT * FROM api.operations_claim_and_fence(tenant_b(), 'w', 1, 10) $$,
                 'PY002', NULL, 'a second tenant in one transaction is refused');
SELECT is_empty($$ SELECT * FROM api.operations_claim_and_fence(tenant_a(), 'w2', 10, 20) $$,
                'nothing is taken twice under running leases');
RESET ROLE;
SELECT results_eq(
    $$ SELECT o.state, o.leased_by, o.first_sent_epoch, o.first_sent_at = o.last_sent_at,
              o.next_run_at - o.last_sent_at
         FROM operation_row(the('one')) AS o $$,
    $$ VALUES ('leased', 'w', 1::bigint, true, interval '20 seconds') $$,
    'the row says when it was sent and under which lease, for its whole length');
SELECT is(finish(the('one'), '{"outcome": "not_sent", "code": "stopping"}'), true,
          'one that was not sent after all is handed back');
SELECT results_eq(
    $$ SELECT o.state, o.first_sent_at, o.first_sent_epoch, o.failures
         FROM operation_row(the('one')) AS o $$,
    $$ VALUES ('ready', NULL::timestamptz, NULL::bigint, 0) $$, 'as if never sent');
SELECT finish(the('two'), '{"outcome": "unknown"}'), pg_temp.due('two');
SET LOCAL ROLE payments_worker;
SELECT results_eq(
    $$ SELECT operation ->> 'fenced', operation #>> '{evidence,resource}'
         FROM api.operations_claim_and_fence(tenant_a(), 'w', 10, 20) $$,
    $$ VALUES ('false', 'transfers') $$,
    'what was sent before is looked for first and fenced afterwards');
RESET ROLE;
-- Two calls on one object: the index lets only one be unresolved.
UPDATE payments.stripe_operations SET lock_key = 'same' WHERE id IN (the('three'), the('four'));
SELECT pg_temp.due('three', 'four');
SET LOCAL ROLE payments_worker;
SELECT is(
    (SELECT array_agg(operation ->> 'fenced')
       FROM api.operations_claim_and_fence(tenant_a(), 'w', 10, 20)), '{false,false}',
    'two calls on one object are claimed, and neither is fenced');
SELECT is(
    (SELECT count(*) FROM api.operations_fence(tenant_a(), ARRAY[the('three'), the('four')],
                                               '{1,1}', 20)), 1::bigint,
    'the fence then lets one through');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
