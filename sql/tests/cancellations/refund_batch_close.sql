BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1', '{"eventId": "gig"}');
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
SET LOCAL ROLE payments_definer;
SELECT remember(), payments.refund_batch_close(tenant_a(), the('b'), clock());
SELECT unchanged('with an item to come a batch is not over');
UPDATE payments.refund_batch_items SET state = 'failed';
SELECT payments.refund_batch_close(tenant_a(), the('b'), clock());
SELECT results_eq(
    $$ SELECT b.status, b.finished_at IS NOT NULL FROM payments.refund_batches AS b $$,
    $$ VALUES ('finished', true) $$, 'with none it is');
UPDATE payments.refund_batches SET status = 'stopped', finished_at = NULL;
SELECT payments.refund_batch_close(tenant_a(), the('b'), clock());
SELECT is((SELECT b.status FROM payments.refund_batches AS b), 'stopped',
          'a stopped one stays stopped');

SELECT * FROM finish();
ROLLBACK;
