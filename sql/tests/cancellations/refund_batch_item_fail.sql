BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_a(), k, '{"eventId": "gig"}') FROM unnest(ARRAY['k1', 'k2']) AS k;
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
CREATE FUNCTION pg_temp.drain() RETURNS bigint LANGUAGE plpgsql
    AS $$ DECLARE n bigint := 0; BEGIN LOOP PERFORM
          FROM api.refund_batch_advance(tap_helpers.tenant_a()); EXIT WHEN NOT FOUND; n := n + 1;
              END LOOP; RETURN n; END $$;
CREATE FUNCTION pg_temp.call_of(p_key text) RETURNS uuid LANGUAGE sql
    AS $$ SELECT tap_helpers.operation_of(r.id, 'refund') FROM payments.payment_refunds AS r
           WHERE r.payment_id = tap_helpers.pay(p_key) AND r.status = 'pending' $$;
CREATE FUNCTION pg_temp.shown() RETURNS text LANGUAGE sql
    AS $$ SELECT concat_ws(',', b ->> 'status', b ->> 'total', b ->> 'succeeded', b ->> 'failed',
                           b ->> 'pending') FROM payments.refund_batch_json(tap_helpers.tenant_a(),
                           tap_helpers.the('b')) AS b $$;
SELECT pg_temp.drain();
SELECT keep('r1', (SELECT r.id FROM payments.payment_refunds AS r WHERE r.payment_id = pay('k1')));
SELECT send(pg_temp.call_of('k1')),
       finish(pg_temp.call_of('k1'), '{"outcome": "failed", "code": "charge_disputed"}');
SELECT results_eq(
    $$ SELECT i.state, i.error, i.attempts
         FROM payments.refund_batch_items AS i WHERE i.payment_id = pay('k1') $$,
    $$ VALUES ('failed', 'charge_disputed', 1) $$,
    'a payment whose refund Stripe refuses has failed, and says why');
SELECT is(pg_temp.shown(), 'running,2,0,1,1', 'the batch counts it as failed');
SELECT send(pg_temp.call_of('k2')),
       finish(pg_temp.call_of('k2'),
              jsonb_build_object('outcome', 'succeeded', 'object', refund_object(r.id)))
                  FROM payments.payment_refunds AS r WHERE r.payment_id = pay('k2');
SELECT is(pg_temp.shown(), 'finished,2,1,1,0', 'the other one goes its way');
SELECT ops.refund_batch_resume(tenant_a(), the('b'));
SELECT is(pg_temp.shown(), 'running,2,1,0,1', 'resumed, it is pending again');
SELECT is(pg_temp.drain(), 1::bigint, 'and is the only one tried');
SELECT is(
    (SELECT array_agg(r.status ORDER BY r.created_at, r.status DESC)
       FROM payments.payment_refunds AS r WHERE r.payment_id = pay('k1')), '{failed,pending}',
    'by another refund; the one that failed stays as it was');
SELECT send(pg_temp.call_of('k1')),
       finish(pg_temp.call_of('k1'),
              jsonb_build_object('outcome', 'succeeded', 'object', refund_object(r.id)))
                  FROM payments.payment_refunds AS r WHERE r.payment_id = pay('k1')
                   AND r.status = 'pending';
SELECT is(pg_temp.shown(), 'finished,2,2,0,0', 'now everybody has their money');
SELECT is((SELECT p.amount_refunded FROM payments.payment_transactions AS p WHERE p.id = pay('k1')),
          10000::bigint, 'once');
-- Weeks later the bank sends one back.
SELECT refund_event(r.id, 'refund.failed', 'failed', 'evt_late') FROM payments.payment_refunds AS r
 WHERE r.payment_id = pay('k2');
SELECT results_eq(
    $$ SELECT i.state, i.error
         FROM payments.refund_batch_items AS i WHERE i.payment_id = pay('k2') $$,
    $$ VALUES ('failed', 'declined') $$, 'a refund that fails later has its item fail, too');
SELECT remember();
SELECT enter(tenant_a()), payments.refund_batch_item_fail(tenant_a(), the('r1'), 'x', clock());
SELECT unchanged('a refund that is no item''s any more changes nothing');
SELECT ops.refund_batch_resume(tenant_a(), the('b'));
SELECT is(pg_temp.drain(), 1::bigint, 'it can be tried again');
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
