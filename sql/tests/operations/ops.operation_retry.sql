BEGIN;
SELECT plan(19);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('dead', call_of(pay('k1'), 'v1'));
SELECT keep('failed', call_of(pay('k1'), 'a1'));
CREATE ROLE tap_retry_member IN ROLE payments_operator;
CREATE ROLE tap_retry_stranger IN ROLE payments_operator;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_retry_member');
UPDATE payments.stripe_operations SET failures = 19 WHERE id = the('dead');
SELECT send(the('dead')), finish(the('dead'), '{"outcome": "unknown"}');
UPDATE payments.stripe_operations SET failures = 4 WHERE id = the('failed');
SELECT send(the('failed')), finish(the('failed'),
                                   '{"outcome": "failed", "code": "resource_missing"}');
SELECT is(ARRAY[(operation_row(the('dead'))).state, (operation_row(the('failed'))).state],
          '{dead,failed}', 'one operation is dead, another failed');
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_retry_stranger;
SELECT throws_ok($$ SELECT ops.operation_retry(tenant_a(), the('dead')) $$, 'PY070', NULL,
                 'an operator who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_retry_member;
SELECT throws_ok($$ SELECT ops.operation_retry(tenant_a(), tenant_b()) $$, 'PY010', NULL,
                 'an unknown operation is refused');
SELECT throws_ok($$ SELECT ops.operation_retry(tenant_a(), operation_of(pay('k1'), 'intent')) $$,
                 'PY030', NULL, 'an operation that succeeded is not revived');
RESET SESSION AUTHORIZATION;
SELECT unchanged('refused revivals change nothing');
SELECT asked_payment(tenant_a(), 'k2');
SELECT finish(operation_of(pay('k2'), 'intent'), '{"outcome": "failed", "code": "x"}');
SET LOCAL SESSION AUTHORIZATION tap_retry_member;
SELECT throws_ok($$ SELECT ops.operation_retry(tenant_a(), operation_of(pay('k2'), 'intent')) $$,
                 'PY030', NULL, 'a refused intent is not revived: its client was told');
SELECT is(ops.operation_retry(tenant_a(), the('dead')), 'unknown',
          'a dead operation is revived as unknown: it was sent once');
SELECT is(ops.operation_retry(tenant_a(), the('failed')), 'ready',
          'a failed transfer is revived as ready: its refusal was definite');
RESET SESSION AUTHORIZATION;
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.failures, o.generation, o.first_sent_at IS NOT NULL,
              o.next_run_at <= clock()
         FROM operation_row(the('dead')) AS o $$,
    $$ VALUES ('unknown', NULL::text, 0, 0, true, true) $$,
    'a revived dead operation keeps its key, is due, and starts counting anew');
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.failures, o.generation, o.finished_at
         FROM operation_row(the('failed')) AS o $$,
    $$ VALUES ('ready', NULL::text, 0, 1, NULL::timestamptz) $$,
    'a revived failed operation goes under the next key');
SELECT is((SELECT status FROM payments.stripe_transfers WHERE id = transfer_of(pay('k1'), 'a1')),
          'pending', 'the transfer of a revived operation is pending again');
SELECT is(
    (SELECT operation #>> '{evidence,resource}'
       FROM api.operations_claim_and_fence(tenant_a(), 'w', 10, 10)
      WHERE operation ->> 'id' = kept('dead')), 'transfers',
    'a revived dead operation is looked for before it is sent again');
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_retry_member;
SELECT throws_ok($$ SELECT ops.operation_retry(tenant_a(), the('dead')) $$, 'PY030', NULL,
                 'an operation under way is left alone');
RESET SESSION AUTHORIZATION;
SELECT unchanged('and unchanged');
SELECT send(the('dead')), finish(the('dead'), '{"outcome": "unknown"}');
SELECT cmp_ok((operation_row(the('dead'))).next_run_at, '>', clock(),
              'an operation whose effect is unknown waits for its next look');
SET LOCAL SESSION AUTHORIZATION tap_retry_member;
SELECT is(ops.operation_retry(tenant_a(), the('dead')), 'unknown', 'it can be asked to look now');
RESET SESSION AUTHORIZATION;
SELECT results_eq(
    $$ SELECT o.state, o.failures, o.generation, o.next_run_at <= clock()
         FROM operation_row(the('dead')) AS o $$,
    $$ VALUES ('unknown', 1, 0, true) $$, 'and keeps its key and its count');
SELECT settled_payment(tenant_a(), 'k3');
SELECT keep('superseded', call_of(pay('k3'), 'v1'));
SELECT enter(tenant_a()), payments.transfer_reduce(tenant_a(), transfer_of(pay('k3'), 'v1'), 1000,
                                                   gen_random_uuid(), clock()), remember();
SELECT throws_ok($$ SELECT ops.operation_retry(tenant_a(), the('superseded')) $$, 'PY030', NULL,
                 'a transfer that was made smaller is never sent in its old size');
SELECT unchanged('nor anything of it changed');

SELECT * FROM finish();
ROLLBACK;
