BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT authorised_payment(tenant_a(), k, '{"eventId": "gig"}')
  FROM unnest(ARRAY['k1', 'k2', 'k3']) AS k;
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
SELECT api.payment_capture(tenant_a(), 'svc', 'p', '\x01', pay('k2'), '{}', 20), enter(NULL);
SELECT apply(tenant_a(), 'e', event('payment_intent.canceled',
                                    intent_object(pay('k3'), 'canceled')));
CREATE FUNCTION pg_temp.progress() RETURNS jsonb LANGUAGE sql
    AS $$ SELECT jsonb_build_object('status', j -> 'status', 'succeeded', j -> 'succeeded',
                                    'pending', j -> 'pending', 'failed', j -> 'failed')
            FROM payments.refund_batch_json(tap_helpers.tenant_a(), tap_helpers.the('b')) AS j $$;
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is(
    (SELECT a.enqueued FROM api.refund_batch_advance(tenant_a()) AS a) + (SELECT a.enqueued
        FROM api.refund_batch_advance(tenant_a()) AS a) + (SELECT a.enqueued
        FROM api.refund_batch_advance(tenant_a()) AS a), 1, 'each item has its turn');
RESET ROLE;
SELECT set_eq('SELECT payment_id, state, error FROM payments.refund_batch_items', $$
    VALUES (pay('k1'), 'skipped', 'not captured: canceled instead'),
           (pay('k2'), 'pending', 'another call for the payment is under way'),
           (pay('k3'), 'skipped', 'not captured: canceled instead') $$,
               'what was only authorised is canceled; behind a capture it waits; what was canceled '
               'before is over');
SELECT results_eq(
    $$ SELECT o.state, o.request #>> '{target}'
         FROM payments.stripe_operations AS o WHERE o.kind = 'cancel' $$,
    $$ VALUES ('ready', 'pi_' || pay('k1')) $$,
    'there is one cancellation, the worker''s to send');
SELECT is(pg_temp.progress(),
          '{"status": "running", "succeeded": 1, "pending": 2, "failed": 0}',
          'until Stripe has done it, it is pending');
SELECT send(operation_of(pay('k1'), 'cancel')),
       finish(operation_of(pay('k1'), 'cancel'),
              jsonb_build_object('outcome', 'succeeded', 'object',
                                 intent_object(pay('k1'), 'canceled')));
SELECT finish(operation_of(pay('k2'), 'capture'),
              jsonb_build_object('outcome', 'succeeded', 'object',
                                 intent_object(pay('k2'), 'succeeded')));
SELECT is(pg_temp.progress(),
          '{"status": "running", "succeeded": 2, "pending": 1, "failed": 0}', 'then it is done');
SELECT advance('2 minutes'), enter(NULL);
SELECT is((SELECT a.enqueued FROM api.refund_batch_advance(tenant_a()) AS a), 1,
          'what was captured after all');
SELECT results_eq(
    $$ SELECT i.state, i.error, i.refund_id IS NOT NULL
         FROM payments.refund_batch_items AS i WHERE i.payment_id = pay('k2') $$,
    $$ VALUES ('requested', NULL::text, true) $$, 'is refunded');
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
