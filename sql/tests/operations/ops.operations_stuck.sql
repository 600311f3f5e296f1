BEGIN;
SELECT plan(6);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT open_account(tenant_b(), 'venue', 'v1'), open_account(tenant_b(), 'artist', 'a1');
SELECT settled_payment(tenant_b(), 'k1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT asked_payment(tenant_a(), 'k2');
SELECT finish(operation_of(pay('k2'), 'intent'), '{"outcome": "failed", "code": "x"}');
CREATE ROLE tap_stuck_member IN ROLE payments_analyst;
CREATE ROLE tap_stuck_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_stuck_member');
SET LOCAL SESSION AUTHORIZATION tap_stuck_stranger;
SELECT throws_ok($$ SELECT * FROM ops.operations_stuck(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_stuck_member;
SELECT is_empty($$ SELECT * FROM ops.operations_stuck(tenant_a()) $$,
                'fresh operations are not stuck, and a refused intent is settled');
RESET SESSION AUTHORIZATION;
SELECT keep('dead', call_of(pay('k1'), 'v1')), keep('failed', call_of(pay('k1'), 'a1'));
UPDATE payments.stripe_operations SET failures = 19 WHERE id = the('dead');
SELECT send(the('dead')), finish(the('dead'),
                                 '{"outcome": "unknown", "code": "timeout", "message": "no '
                                 'answer"}');
SET LOCAL SESSION AUTHORIZATION tap_stuck_member;
SELECT results_eq(
    $$ SELECT operation_id, kind, state, payment_id, amount, currency, failures, last_error_code,
              last_error FROM ops.operations_stuck(tenant_a()) $$,
    $$ VALUES (the('dead'), 'transfer', 'dead', pay('k1'), 6000::bigint, 'usd', 20, 'timeout',
               'no answer') $$,
    'a dead operation is stuck at once, with the money it holds');
RESET SESSION AUTHORIZATION;
UPDATE payments.stripe_operations SET failures = 4 WHERE id = the('failed');
SELECT send(the('failed')), finish(the('failed'),
                                   '{"outcome": "failed", "code": "resource_missing"}');
SELECT settled_payment(tenant_a(), 'k3');
SET LOCAL SESSION AUTHORIZATION tap_stuck_member;
SELECT set_eq($$ SELECT operation_id FROM ops.operations_stuck(tenant_a()) $$,
              ARRAY[the('dead'), the('failed')], 'a failed transfer is owed, so it is stuck');
RESET SESSION AUTHORIZATION;
SELECT advance('16 minutes');
SET LOCAL SESSION AUTHORIZATION tap_stuck_member;
SELECT set_eq($$ SELECT operation_id FROM ops.operations_stuck(tenant_a()) $$,
              ARRAY[the('dead'), the('failed'), call_of(pay('k3'), 'v1'), call_of(pay('k3'), 'a1')],
    'an operation unresolved for a quarter of an hour is stuck; another tenant''s is not seen');
SELECT is((SELECT count(*) FROM ops.operations_stuck(tenant_a(), '1 hour')), 2::bigint,
          'the age asked for is used');

SELECT * FROM finish();
ROLLBACK;
