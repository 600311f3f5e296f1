BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), k, '{"eventId": "gig"}') FROM unnest(ARRAY['k1', 'k2', 'k3']) AS k;
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
SELECT dispute(pay('k1'), 'd', 'needs_response', 1), refund(pay('k2'), 'r');
SELECT count(*) FROM generate_series(1, 2), LATERAL api.refund_batch_advance(tenant_a());
SELECT count(*) FROM api.refund_batch_advance(tenant_a());
SELECT count(*) FROM api.refund_batch_advance(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT is(payments.refund_batch_json(tenant_a(), the('b')) - 'startedAt',
          jsonb_build_object('id', the('b'), 'eventId', 'gig', 'reason', 'storm', 'status',
                             'running', 'total', 3,
    'succeeded', 1, 'failed', 1, 'pending', 1, 'amount', 10000, 'finishedAt', NULL),
          'a batch''s progress: one had its money already, one failed, one is on its way');
RESET ROLE;
SELECT advance('1 hour'), send(operation_of(r.id, 'refund')),
       finish(operation_of(r.id, 'refund'),
              jsonb_build_object('outcome', 'succeeded', 'object', refund_object(r.id)))
                  FROM payments.payment_refunds AS r WHERE r.origin = 'batch';
SET LOCAL ROLE payments_definer;
SELECT results_eq(
    $$ SELECT j ->> 'status', j -> 'succeeded', j -> 'pending',
              (j ->> 'finishedAt')::timestamptz > b.finished_at
         FROM payments.refund_batch_json(tenant_a(), the('b')) AS j
        CROSS JOIN payments.refund_batches AS b $$,
    $$ VALUES ('finished', '2'::jsonb, '0'::jsonb, true) $$,
    'it is finished when the last refund has ended');
SELECT is(payments.refund_batch_json(tenant_a(), gen_random_uuid()), NULL,
          'of no batch there is none');
SELECT enter(tenant_b());
SELECT is(payments.refund_batch_json(tenant_a(), the('b')), NULL, 'another tenant sees none');

SELECT * FROM finish();
ROLLBACK;
