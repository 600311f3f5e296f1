BEGIN;
SELECT plan(40);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
CREATE FUNCTION pg_temp.result(p_operation_id uuid, p_epoch bigint, p_result jsonb) RETURNS jsonb
LANGUAGE sql
AS $$ SELECT jsonb_build_object('operationId', p_operation_id, 'leaseEpoch', p_epoch,
                                'result', p_result) $$;
CREATE FUNCTION pg_temp.recorded(p_operation_id uuid, p_epoch bigint, p_result jsonb)
RETURNS TABLE (applied boolean, enqueued integer, next_operation jsonb) LANGUAGE sql
AS $$ SELECT r.applied, r.enqueued, r.next_operation
        FROM payments.operations_record(tap_helpers.tenant_a(), jsonb_build_array(
                 pg_temp.result(p_operation_id, p_epoch, p_result))) AS r $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.recorded(tenant_b(), 1, '{"outcome": "succeeded"}') $$, 'PY010', NULL,
    'a result for an unknown operation is refused');
SELECT unchanged('the refused result leaves nothing, no attempt either');
-- A worker loses its lease to another.
SELECT send(the('call'));
SELECT advance('21 seconds');
SELECT send(the('call'));
SELECT keep('row', operation_row(the('call'))::text);
SELECT results_eq(
    $$ SELECT applied, enqueued, next_operation
         FROM pg_temp.recorded(the('call'), 1, jsonb_build_object(
                  'outcome', 'succeeded', 'object', transfer_object(the('call')),
                  'requestId', 'req_stale', 'httpStatus', 200)) $$,
    $$ VALUES (false, 0, NULL::jsonb) $$, 'a stale worker''s success does not apply');
SELECT is(operation_row(the('call'))::text, kept('row'),
          'a stale worker changes nothing of the operation');
SELECT is((SELECT status FROM payments.stripe_transfers WHERE id = transfer_of(pay('k1'), 'v1')),
          'pending', 'a stale worker changes nothing of the transfer');
SELECT results_eq(
    $$ SELECT lease_epoch, generation, outcome, applied, http_status, provider_id, request_id
         FROM payments.stripe_operation_attempts WHERE operation_id = the('call') $$,
    $$ VALUES (1::bigint, 0, 'succeeded', false, 200, 'tr_' || transfer_of(pay('k1'), 'v1'),
               'req_stale') $$,
    'a stale worker leaves its evidence: what Stripe made under which lease');
SELECT is(
    (SELECT applied FROM pg_temp.recorded(the('call'), 1,
                                       '{"outcome": "failed", "code": "x"}')), false,
    'a stale failure does not apply');
SELECT is((operation_row(the('call'))).generation, 0,
          'a stale failure never raises the generation');
SELECT is(
    (SELECT applied FROM pg_temp.recorded(the('call'), 3,
                                       '{"outcome": "failed", "code": "x"}')), false,
    'an epoch that was never given out does not apply');
-- The four outcomes.
SELECT is(
    (SELECT applied FROM pg_temp.recorded(the('call'), 2,
                                       '{"outcome": "unknown", "code": "timeout"}')),
    true, 'a doubt under the lease applies');
SELECT results_eq(
    $$ SELECT o.state, o.generation, o.failures FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('unknown', 0, 1) $$, 'UNKNOWN keeps the key');
SELECT is(
    (SELECT applied FROM pg_temp.recorded(the('call'), 2,
                                       '{"outcome": "failed", "code": "x"}')), false,
    'a second result under one lease does not apply: the lease ended with the first');
SELECT send(the('call'));
SELECT is(
    (SELECT applied FROM pg_temp.recorded(the('call'), 3,
                                       '{"outcome": "not_sent", "code": '
                                                   '"rate_limit"}')), true,
    'a call turned away applies');
SELECT results_eq(
    $$ SELECT o.state, o.failures FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('unknown', 1) $$, 'a call turned away costs no failure');
SELECT send(the('call'));
SELECT is(
    (SELECT applied FROM pg_temp.recorded(the('call'), 4,
                                       '{"outcome": "failed", "code": '
                                                   '"resource_missing"}')), true,
    'a refusal applies');
SELECT results_eq(
    $$ SELECT o.state, o.generation FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('ready', 1) $$, 'the generation rises with a definite failure');
SELECT send(the('call'));
SELECT is(
    (SELECT applied FROM pg_temp.recorded(the('call'), 5, jsonb_build_object(
         'outcome', 'succeeded', 'object', transfer_object(the('call'))))),
    true, 'a success applies');
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.lease_epoch FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('succeeded', 'succeeded', 5::bigint) $$, 'the operation succeeded');
SELECT results_eq(
    $$ SELECT a.lease_epoch, a.generation, a.outcome FROM payments.stripe_operation_attempts AS a
        WHERE a.operation_id = the('call') AND a.applied ORDER BY a.lease_epoch, a.outcome $$,
    $$ VALUES (2::bigint, 0, 'unknown'), (3, 0, 'not_sent'), (4, 0, 'failed'),
              (5, 1, 'succeeded') $$,
    'every attempt that applied is in the record');
-- An outcome nobody knows is a doubt, never a success or a failure.
SELECT keep('odd', call_of(pay('k1'), 'a1'));
SELECT send(the('odd'));
SELECT pg_temp.recorded(the('odd'), 1, '{"outcome": "surprising"}');
SELECT results_eq(
    $$ SELECT o.state, o.generation FROM operation_row(the('odd')) AS o $$,
    $$ VALUES ('unknown', 0) $$, 'an outcome of an unknown name is a doubt');
SELECT send(the('odd'));
SELECT keep('row', operation_row(the('odd'))::text);
SELECT throws_ok($$ SELECT pg_temp.recorded(the('odd'), 2, '{}') $$, '23502',
                 NULL, 'a result without an outcome is refused');
SELECT is(operation_row(the('odd'))::text, kept('row'), 'the refused result changes nothing');

-- A read leaves nothing at Stripe, whatever became of the answer.
SELECT payments.fetch_enqueue(tenant_a(), NULL, account_of(tenant_a(), 'v1'), 'accounts',
                              'acct_v1_aaaaaaaa', 'a');
SELECT keep('read', operation_of(account_of(tenant_a(), 'v1'), 'fetch'));
SELECT send(the('read'));
SELECT is(
    (SELECT applied FROM pg_temp.recorded(the('read'), 1,
                                       '{"outcome": "unknown", "code": "no_answer"}')),
    true, 'a read without an answer applies');
SELECT results_eq(
    $$ SELECT o.state, o.failures, o.first_sent_at IS NULL FROM operation_row(the('read')) AS o $$,
    $$ VALUES ('ready', 1, true) $$, 'it failed, and is tried again');
UPDATE payments.stripe_operations SET failures = 19, next_run_at = clock()
 WHERE tenant_id = tenant_a() AND id = the('read');
SELECT send(the('read')), finish(the('read'), '{"outcome": "unknown", "code": "no_answer"}');
SELECT results_eq(
    $$ SELECT o.state, o.outcome FROM operation_row(the('read')) AS o $$,
    $$ VALUES ('failed', 'failed') $$, 'given up it keeps no later read of its object waiting');

-- ── many at once ─────────────────────────────────────────────────────────────────────────────
RESET ROLE;
SELECT settled_payment(tenant_a(), 'k2'), settled_payment(tenant_a(), 'k3');
SELECT asked_payment(tenant_a(), 'n' || n) FROM generate_series(1, 5) AS n;
SELECT keep('n' || n, operation_of(pay('n' || n), 'intent')) FROM generate_series(1, 5) AS n;
SELECT keep('one', call_of(pay('k2'), 'v1')), keep('two', call_of(pay('k2'), 'a1')),
       keep('three', call_of(pay('k3'), 'v1'));
SELECT send(the(n)) FROM unnest(ARRAY['one', 'two', 'three']) AS n;
CREATE FUNCTION pg_temp.paid(p_name text, p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql
AS $$ SELECT pg_temp.result(tap_helpers.the(p_name), 1, jsonb_build_object(
          'outcome', 'succeeded', 'httpStatus', 200, 'requestId', 'req_1',
          'object', tap_helpers.transfer_object(tap_helpers.the(p_name), p_more))) $$;
CREATE FUNCTION pg_temp.made(p_key text, p_status text DEFAULT 'requires_payment_method',
                             p_more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql
AS $$ SELECT pg_temp.result(tap_helpers.the(p_key), 1, jsonb_build_object(
          'outcome', 'succeeded', 'httpStatus', 200, 'requestId', 'req_1',
          'object', tap_helpers.intent_object(tap_helpers.pay(p_key), p_status, p_more))) $$;
CREATE FUNCTION pg_temp.all_recorded(VARIADIC p_results jsonb[])
RETURNS TABLE (ordinal bigint, operation_id uuid, applied boolean, enqueued integer) LANGUAGE sql
AS $$ SELECT r.ordinal, r.operation_id, r.applied, r.enqueued
        FROM payments.operations_record(tap_helpers.tenant_a(), to_jsonb(p_results)) AS r $$;
-- Everything recorded of a payment and its call, but what names it or tells the time.
CREATE FUNCTION pg_temp.written(p_key text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(
        regexp_replace(
            replace(replace(concat_ws(' ', to_jsonb(o) - '{id,next_run_at}'::text[], to_jsonb(p),
                                      to_jsonb(i), to_jsonb(a) - 'id',
                                      to_jsonb(k) - '{id,idempotency_key}'::text[], to_jsonb(m)),
                            p.id::text, 'PAYMENT'), o.id::text, 'OPERATION'),
            '\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)', 'TIME', 'g'),
        '"(idempotency_id|id)": "[0-9a-f-]{36}"', '"\1": "ID"', 'g')
      FROM payments.stripe_operations AS o
      JOIN payments.payment_transactions AS p ON p.id = o.payment_id
      JOIN payments.payment_intents AS i ON i.id = p.id
      JOIN payments.stripe_operation_attempts AS a ON a.operation_id = o.id
      JOIN payments.idempotency_keys AS k ON k.id = o.idempotency_id
      JOIN payments.provider_objects AS m ON m.provider_id = o.provider_id
     WHERE o.id = tap_helpers.the(p_key) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT set_eq(
    $$ SELECT * FROM pg_temp.all_recorded(
           pg_temp.paid('one'), pg_temp.made('n1'),
           pg_temp.result(the('two'), 7, '{"outcome": "unknown"}'), pg_temp.paid('three'),
           pg_temp.made('n2'), pg_temp.made('n1')) $$,
    $$ VALUES (1::bigint, the('one'), true, 0), (2, the('n1'), true, 0),
              (3, the('two'), false, 0), (4, the('three'), true, 0), (5, the('n2'), true, 0),
              (6, the('n1'), false, 0) $$,
    'each of many applies by its own lease, and a result that comes twice once');
SELECT results_eq(
    $$ SELECT DISTINCT o.state, o.outcome, o.leased_by, o.provider_id = t.stripe_transfer_id,
              t.status
         FROM payments.stripe_operations AS o
         JOIN payments.stripe_transfers AS t ON t.id = o.subject_id
        WHERE o.id IN (the('one'), the('three')) $$,
    $$ VALUES ('succeeded', 'succeeded', NULL::text, true, 'paid') $$,
    'transfers end as if alone: operation and transfer');
SELECT results_eq(
    $$ SELECT a.outcome, a.applied, a.http_status, a.request_id, a.lease_epoch, count(*)
         FROM payments.stripe_operation_attempts AS a
        WHERE a.operation_id IN (the('one'), the('three')) 
        GROUP BY a.outcome, a.applied, a.http_status, a.request_id, a.lease_epoch $$,
    $$ VALUES ('succeeded', true, 200, 'req_1', 1::bigint, 2::bigint) $$,
    'each leaves its evidence');
SELECT results_eq(
    $$ SELECT count(*), count(DISTINCT l.cause_id), sum(l.amount)
         FROM payments.ledger_postings AS l
        WHERE l.cause_type = 'transfer' AND l.payment_id IN (pay('k2'), pay('k3')) $$,
    $$ VALUES (2::bigint, 2::bigint, 12000::numeric) $$, 'each is posted once');
SELECT isnt(pg_temp.written('n2'), NULL,
            'an intent leaves operation, payment, evidence, answer and Stripe''s id');
SELECT pg_temp.recorded(the('n3'), 1, pg_temp.made('n3') -> 'result');
SELECT is(pg_temp.written('n2'), pg_temp.written('n3'), 'word for word what it leaves alone');
SELECT results_eq(
    $$ SELECT k.response_status, k.response_body FROM payments.idempotency_keys AS k
         JOIN payments.stripe_operations AS o ON o.idempotency_id = k.id WHERE o.id = the('n2') $$,
    $$ VALUES (201, payments.payment_json(tenant_a(), pay('n2'), true)) $$,
    'its request is answered with its payment and the client secret');
SELECT is_empty($$ SELECT * FROM payments.operations_record(tenant_a(), '[]') $$,
                'nothing is fine');
SELECT remember();
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.all_recorded(
           pg_temp.made('n4', 'requires_payment_method', '{"id": "pi_x"}'),
           pg_temp.made('n5', 'requires_payment_method', '{"id": "pi_x"}')) $$, 'PY033', NULL,
    'one Stripe intent for two payments is refused');
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.all_recorded(
           pg_temp.made('n4'), pg_temp.paid('two', '{"id": "pi_1"}'),
           pg_temp.result(tenant_b(), 1, '{"outcome": "unknown"}')) $$, 'PY010', NULL,
    'one unknown operation refuses them all');
SELECT unchanged('and changes nothing');

-- ── a contradiction ──────────────────────────────────────────────────────────────────────────
SELECT results_eq(
    $$ SELECT * FROM pg_temp.all_recorded(pg_temp.paid('two', '{"amount": 1}')) $$,
    $$ VALUES (1::bigint, the('two'), true, 0) $$, 'an answer that contradicts applies');
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.last_error_code, t.status
         FROM payments.stripe_operations AS o
         JOIN payments.stripe_transfers AS t ON t.id = o.subject_id WHERE o.id = the('two') $$,
    $$ VALUES ('dead', NULL::text, 'contradiction', 'pending') $$,
    'it buries the operation, unresolved, and pays nothing');
SELECT is(
    (SELECT count(*) FROM payments.ledger_postings AS l
      WHERE l.cause_type = 'transfer' AND l.payment_id = pay('k2')), 1::bigint,
    'a contradicted transfer is not posted');
SELECT enter(tenant_b());
SELECT throws_ok(
    $$ SELECT payments.operations_record(tenant_b(), jsonb_build_array(pg_temp.made('n5'))) $$,
    'PY010', NULL, 'another tenant''s operation does not exist');

SELECT * FROM finish();
ROLLBACK;
