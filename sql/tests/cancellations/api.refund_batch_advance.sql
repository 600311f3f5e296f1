BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), k, '{"eventId": "gig"}')
  FROM unnest(ARRAY['k1', 'k2', 'k3', 'k4']) AS k;
SELECT ops.refund_policy_set(tenant_a(), 'gig', 10000, NULL, NULL, '{fixtures}');
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
SELECT dispute(pay('k2'), 'd', 'needs_response', 1);
UPDATE payments.refund_batch_items
   SET next_run_at = next_run_at - make_interval(secs => CASE payment_id WHEN pay('k1') THEN 3
                                                 WHEN pay('k2') THEN 2 WHEN pay('k3') THEN 1
                                                 ELSE 0 END);
CREATE FUNCTION pg_temp.item(
    p_key text, OUT state text, OUT error text, OUT refund_derived boolean, OUT attempts integer
) LANGUAGE sql
    AS $$ SELECT i.state, i.error,
                 i.refund_id = payments.id_derive(i.tenant_id, 'refund', 'batch', i.batch_id::text,
                                                  i.payment_id::text), i.attempts
            FROM payments.refund_batch_items AS i WHERE i.payment_id = tap_helpers.pay(p_key) $$;
SET LOCAL ROLE payments_worker;
SELECT results_eq(
    $$ SELECT a.item_id IS NOT NULL, a.enqueued
         FROM api.refund_batch_advance(tenant_a()) AS a $$,
    $$ VALUES (true, 1) $$, 'an item a call');
RESET ROLE;
SELECT results_eq(
    $$ SELECT i.state, i.error, i.refund_derived, i.attempts FROM pg_temp.item('k1') AS i $$,
    $$ VALUES ('requested', NULL::text, true, 0) $$,
    'has its refund, its id from batch and payment: after a crash it is the same');
SELECT results_eq(
    $$ SELECT r.origin, r.amount, r.reason, r.created_by, o.state
         FROM payments.payment_refunds AS r
         JOIN payments.stripe_operations AS o ON o.subject_id = r.id $$,
    $$ VALUES ('batch', 10000::bigint, 'event_canceled', 'svc', 'ready') $$,
    'it is of all that remains, whatever the policy keeps, and the worker''s to send');
SET LOCAL ROLE payments_worker;
SELECT is((SELECT a.enqueued FROM api.refund_batch_advance(tenant_a()) AS a), 0,
          'a payment that cannot be refunded');
RESET ROLE;
SELECT results_eq(
    $$ SELECT i.state, i.error, i.attempts FROM pg_temp.item('k2') AS i $$,
    $$ VALUES ('failed', 'a dispute is open: the bank decides about this money', 1) $$,
    'fails alone, and says why');
SELECT refund(pay('k3'), 'r3');
SET LOCAL ROLE payments_worker;
SELECT is((SELECT a.enqueued FROM api.refund_batch_advance(tenant_a()) AS a), 0,
          'one refunded meanwhile');
RESET ROLE;
SELECT results_eq(
    $$ SELECT i.state, i.error, i.attempts FROM pg_temp.item('k3') AS i $$,
    $$ VALUES ('skipped', 'nothing left to refund', 0) $$, 'is skipped');
-- The process dies: its transaction never was. The next one does the same.
SAVEPOINT crash;
SELECT count(*) FROM api.refund_batch_advance(tenant_a());
SELECT set_config('tap.before',
                  (SELECT string_agg(r.id::text, ' ' ORDER BY r.id)
                     FROM payments.payment_refunds AS r), false);
ROLLBACK TO SAVEPOINT crash;
SELECT results_eq(
    $$ SELECT i.state, i.error, i.attempts FROM pg_temp.item('k4') AS i $$,
    $$ VALUES ('pending', NULL::text, 0) $$, 'a crash loses no more than the item at hand');
SET LOCAL ROLE payments_worker;
SELECT is((SELECT a.enqueued FROM api.refund_batch_advance(tenant_a()) AS a), 1,
          'which is done when it comes again');
SELECT is_empty('SELECT * FROM api.refund_batch_advance(tenant_a())', 'then nothing is due');
RESET ROLE;
SELECT is((SELECT count(*) FROM payments.payment_refunds AS r WHERE r.origin = 'batch'), 2::bigint,
          'each payment has one refund');
SELECT results_eq(
    $$ SELECT b.status, b.finished_at IS NOT NULL FROM payments.refund_batches AS b $$,
    $$ VALUES ('finished', true) $$, 'with the last item the batch is finished');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.refund_batch_advance(tenant_a())', '42501', NULL,
                 'the API''s group advances nothing');

SELECT * FROM finish();
ROLLBACK;
