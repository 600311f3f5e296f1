BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k');
SELECT keep('call', call_of(pay('k'), 'v1')), keep('sent', call_of(pay('k'), 'a1'));
SELECT asked_refund(pay('k'), 'r', 1000, NULL);
SELECT keep('refund', operation_of((SELECT id FROM payments.payment_refunds), 'refund'));
SELECT send(the('sent'));

CREATE ROLE tap_operator LOGIN IN ROLE payments_operator;
CREATE ROLE tap_stranger LOGIN IN ROLE payments_operator;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_operator');
SELECT enter(NULL);

SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT throws_ok($$ SELECT ops.operation_cancel(tenant_a(), the('sent'), 'x') $$, 'PY030', NULL,
                 'what may have reached Stripe is not called off');
SELECT throws_ok($$ SELECT ops.operation_cancel(tenant_a(), the('call'), NULL) $$, 'PY020', NULL,
                 'no reason is refused');
SELECT throws_ok($$ SELECT ops.operation_cancel(tenant_a(), gen_random_uuid(), 'x') $$, 'PY010',
                 NULL, 'an unknown operation is refused');

RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_stranger;
SELECT throws_ok($$ SELECT ops.operation_cancel(tenant_a(), the('call'), 'x') $$, 'PY070', NULL,
                 'an operator who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('a refused verb changes nothing');

SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT ops.operation_cancel(tenant_a(), the('call'), 'wrong payee'),
       ops.operation_cancel(tenant_a(), the('refund'), 'typed twice');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT status FROM payments.stripe_transfers WHERE id = transfer_of(pay('k'), 'v1')),
          'failed', 'a transfer stays owed, as failed');
SELECT is((SELECT status FROM payments.payment_refunds), 'failed',
          'a refund lifts its reservation');
SELECT is((SELECT amount_refund_pending FROM payments.payment_transactions WHERE id = pay('k')),
          0::bigint, 'the money can be refunded anew');
SELECT money_is_right(tenant_a(), 'no invariant is broken');

SELECT * FROM finish();
ROLLBACK;
