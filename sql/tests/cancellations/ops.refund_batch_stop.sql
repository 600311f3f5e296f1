BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), k, '{"eventId": "gig"}') FROM unnest(ARRAY['k1', 'k2']) AS k;
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
SELECT count(*) FROM api.refund_batch_advance(tenant_a());
CREATE ROLE tap_stop_member IN ROLE payments_operator;
CREATE ROLE tap_stop_stranger IN ROLE payments_operator;
SELECT ops.tenant_member_add(tenant_a(), 'tap_stop_member'), remember();
SET LOCAL SESSION AUTHORIZATION tap_stop_stranger;
SELECT throws_ok($$ SELECT ops.refund_batch_stop(tenant_a(), the('b')) $$, 'PY070', NULL,
                 'an operator who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_stop_member;
SELECT throws_ok($$ SELECT ops.refund_batch_stop(tenant_a(), gen_random_uuid()) $$, 'PY010', NULL,
                 'an unknown batch is not there');
SELECT unchanged('neither stopped anything');
SELECT ops.refund_batch_stop(tenant_a(), the('b'));
RESET SESSION AUTHORIZATION;
SELECT is((SELECT b.status FROM payments.refund_batches AS b), 'stopped',
          'a cancellation is stopped');
SELECT is_empty('SELECT * FROM api.refund_batch_advance(tenant_a())', 'its items wait');
SELECT is((SELECT o.state FROM payments.stripe_operations AS o WHERE o.kind = 'refund'), 'ready',
          'a refund already requested goes on');
SET LOCAL SESSION AUTHORIZATION tap_stop_member;
SELECT throws_ok($$ SELECT ops.refund_batch_stop(tenant_a(), the('b')) $$, 'PY010', NULL,
                 'what is stopped does not run');

SELECT * FROM finish();
ROLLBACK;
