BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(t, 'k1', '{"eventId": "gig"}') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SET LOCAL ROLE payments_worker;
SELECT is_empty('SELECT * FROM api.refund_batches_due(10)',
                'where no event is canceled nothing is due');
RESET ROLE;
SELECT enter(t), (SELECT count(*)
                    FROM api.show_cancel(t, 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20))
                        FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT enter(NULL), ops.refund_batch_stop(tenant_b(),
                                          (SELECT b.id FROM payments.refund_batches AS b
                                            WHERE b.tenant_id = tenant_b())), enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT set_eq('SELECT * FROM api.refund_batches_due(10)', 'VALUES (tenant_a())',
              'a tenant whose cancellation is stopped is not named');
RESET ROLE;
SELECT ops.refund_batch_resume(tenant_b(),
                               (SELECT b.id FROM payments.refund_batches AS b
                                 WHERE b.tenant_id = tenant_b())), enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT set_eq('SELECT * FROM api.refund_batches_due(10)', 'VALUES (tenant_a()), (tenant_b())',
              'each tenant with items to refund is named');
SELECT is((SELECT count(*) FROM api.refund_batches_due(1)), 1::bigint, 'no more than asked for');
SELECT enter(NULL), (SELECT count(*) FROM api.refund_batch_advance(tenant_a()));
SELECT set_eq('SELECT * FROM api.refund_batches_due(10)', 'VALUES (tenant_b())',
              'one whose items are done is not');
RESET ROLE;
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.refund_batches_due(10)', '42501', NULL,
                 'the API may not look across tenants');

SELECT * FROM finish();
ROLLBACK;
