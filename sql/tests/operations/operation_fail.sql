BEGIN;
SELECT plan(20);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT send(the('call'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(
    payments.operation_fail(operation_row(the('call')),
                            '{"outcome": "failed", "code": "resource_missing", "message": "No such '
                            'charge", "backoffSeconds": 2}', clock()), 0,
    'a refused transfer makes nothing else due');
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.generation, o.failures, o.lease_epoch, o.leased_by,
              o.last_error_code, o.last_error
         FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('ready', NULL::text, 1, 1, 1::bigint, NULL::text, 'resource_missing',
               'No such charge') $$,
    'a definite refusal raises the generation once and puts the operation back; its epoch stays');
SELECT is(
    (SELECT num_nulls(o.first_sent_at, o.first_sent_epoch, o.last_sent_at)
       FROM operation_row(the('call')) AS o), 3,
    'a definitely refused call counts as never sent: its object is free');
SELECT is((operation_row(the('call'))).next_run_at BETWEEN clock() - '1 second'::interval
          AND clock() + '4 seconds', true,
    'a refused transfer backs off by the base it was given');
SELECT is((operation_row(the('call'))).holds, '{}', 'an ordinary refusal holds nothing');
-- Four more and it is given up.
SELECT send(the('call')), payments.operation_fail(operation_row(the('call')),
                                                  '{"code": "resource_missing"}', clock())
                                                      FROM generate_series(1, 1);
UPDATE payments.stripe_operations SET failures = 4 WHERE tenant_id = tenant_a()
   AND id = the('call');
SELECT send(the('call'));
SELECT payments.operation_fail(operation_row(the('call')),
                               '{"code": "resource_missing", "message": "No such charge"}',
                               clock());
SELECT results_eq(
    $$ SELECT o.state, o.outcome, o.generation, o.failures FROM operation_row(the('call')) AS o $$,
    $$ VALUES ('failed', 'failed', 3, 5) $$,
    'the fifth refusal fails the operation, under yet another key');
SELECT isnt((operation_row(the('call'))).finished_at, NULL, 'a failed operation has an end');
SELECT is((SELECT status FROM payments.stripe_transfers WHERE id = transfer_of(pay('k1'), 'v1')),
          'failed', 'the transfer of a failed operation is failed');
-- A payee that cannot receive.
SELECT keep('held', call_of(pay('k1'), 'a1'));
SELECT send(the('held'));
SELECT is(
    payments.operation_fail(operation_row(the('held')),
                            '{"code": "insufficient_capabilities_for_transfer"}', clock()), 1,
    'a payee who cannot receive is read from Stripe: one operation becomes due');
SELECT results_eq(
    $$ SELECT o.state, o.holds, o.generation FROM operation_row(the('held')) AS o $$,
    $$ VALUES ('ready', '{payee_blocked}'::text[], 1) $$,
    'a transfer whose payee cannot receive is held, under its next key');
RESET ROLE;
SELECT settled_payment(tenant_a(), 'k3');
SELECT keep('reviewed', call_of(pay('k3'), 'v1'));
SELECT send(the('reviewed'));
SELECT payments.review_open(tenant_a(), 'stripe', 'prv_1', pay('k3'), 50, '{a}', clock());
SET LOCAL ROLE payments_definer;
SELECT payments.operation_fail(operation_row(the('reviewed')), '{"code": "account_invalid"}',
                               clock());
SELECT is((operation_row(the('reviewed'))).holds, '{review,payee_blocked}',
          'a review that began while it was sent holds it too');
-- A short balance.
SELECT settled_payment(tenant_a(), 'k2');
SELECT keep('short', call_of(pay('k2'), 'v1'));
SELECT send(the('short'));
SELECT payments.operation_fail(operation_row(the('short')),
                               '{"code": "balance_insufficient", "backoffSeconds": 1}', clock());
SELECT is((operation_row(the('short'))).next_run_at <= clock() + '1200 seconds', true,
          'a short balance is tried again within twenty minutes');
SELECT is((operation_row(the('short'))).state, 'ready',
          'a short balance does not fail the transfer');
-- Held for a month before Stripe was first asked, and then short of balance for a week.
SELECT advance('30 days');
SELECT send(the('short'));
SELECT ok(finish(the('short'), '{"outcome": "failed", "code": "balance_insufficient"}'),
          'the balance is short for the first time after a month');
SELECT is((operation_row(the('short'))).state, 'ready',
          'the week counts from the first refusal, not from the day it was written');
UPDATE payments.stripe_operations SET failures = 15, next_run_at = clock()
 WHERE tenant_id = tenant_a() AND id = the('short');
SELECT send(the('short'));
SELECT ok(finish(the('short'), '{"outcome": "failed", "code": "balance_insufficient"}'),
          'it is short again');
SELECT is((operation_row(the('short'))).failures, 10,
          'a short balance never uses up the patience for a doubt');
SELECT advance('8 days');
SELECT send(the('short'));
SELECT ok(finish(the('short'), '{"outcome": "failed", "code": "balance_insufficient"}'),
          'and eight days later, too');
SELECT is((operation_row(the('short'))).state, 'failed',
          'a balance short for eight days fails the transfer');
-- An attempt under the same key that nobody heard of again.
RESET ROLE;
SELECT settled_payment(tenant_a(), 'k4');
SELECT keep('late', call_of(pay('k4'), 'v1'));
SET LOCAL ROLE payments_definer;
SELECT send(the('late')), finish(the('late'), '{"outcome": "unknown", "code": "no_answer"}');
UPDATE payments.stripe_operations SET next_run_at = clock() WHERE tenant_id = tenant_a()
   AND id = the('late');
SELECT send(the('late')), finish(the('late'), '{"outcome": "failed", "code": "resource_missing"}');
SELECT is((operation_row(the('late'))).next_run_at >= clock() + '9 minutes 50 seconds', true,
    'a refusal after a doubt waits until what was on its way has arrived');

SELECT * FROM finish();
ROLLBACK;
