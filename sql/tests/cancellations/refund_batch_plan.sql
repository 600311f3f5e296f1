BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1', '{"eventId": "gig"}'),
       created_payment(tenant_a(), 'k2', '{"eventId": "gig"}'),
       authorised_payment(tenant_a(), 'k3', '{"eventId": "gig"}');
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
SELECT set_eq('SELECT payment_id FROM payments.refund_batch_items',
              $$ VALUES (pay('k1')), (pay('k3')) $$,
              'what has money of its buyer is planned, captured or only authorised');
SET LOCAL ROLE payments_definer;
SELECT remember();
SELECT payments.refund_batch_plan(tenant_a(), the('b'),
                                  (SELECT b.updated_at FROM payments.refund_batches AS b));
SELECT unchanged('once');
RESET ROLE;
SELECT apply(tenant_a(), 'e', event('payment_intent.succeeded',
                                    intent_object(pay('k2'), 'succeeded')));
SET LOCAL ROLE payments_definer;
SELECT payments.refund_batch_plan(tenant_a(), the('b'), clock());
SELECT results_eq(
    $$ SELECT b.total, (SELECT count(*) FROM payments.refund_batch_items AS i WHERE i.payment_id =
              pay('k2'))
         FROM payments.refund_batches AS b $$,
    $$ VALUES (3::bigint, 1::bigint) $$, 'what has succeeded since is added');
SELECT enter(tenant_b());
SELECT payments.refund_batch_plan(tenant_a(), the('b'), clock());
RESET ROLE;
SELECT is((SELECT count(*) FROM payments.refund_batch_items), 3::bigint,
          'another tenant plans nothing');

SELECT * FROM finish();
ROLLBACK;
