BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), k, '{"eventId": "gig"}') FROM unnest(ARRAY['k1', 'k2']) AS k;
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
SELECT keep('i', (SELECT i.id FROM payments.refund_batch_items AS i
                   WHERE i.payment_id = pay('k1')));
UPDATE payments.refund_batch_items SET next_run_at = next_run_at - interval '1 second'
 WHERE id = the('i');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is(api.refund_batch_postpone(tenant_a(), 'XX000 what was that'), the('i'),
          'the item whose turn it is');
SELECT isnt((SELECT a.item_id FROM api.refund_batch_advance(tenant_a()) AS a), the('i'),
            'lets the others go before it');
SELECT is_empty('SELECT * FROM api.refund_batch_advance(tenant_a())', 'for a while');
RESET ROLE;
SELECT results_eq(
    $$ SELECT i.state, i.error, i.attempts
         FROM payments.refund_batch_items AS i WHERE i.id = the('i') $$,
    $$ VALUES ('pending', 'XX000 what was that', 0) $$, 'it says why');
SELECT is(api.refund_batch_postpone(tenant_a(), 'x'), NULL,
          'when nothing is due nothing is put off');
SELECT advance('6 minutes'), enter(NULL);
SELECT is((SELECT a.item_id FROM api.refund_batch_advance(tenant_a()) AS a), the('i'),
          'then it has its turn again');
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT api.refund_batch_postpone(tenant_a(), 'x') $$, '42501', NULL,
                 'the API''s group puts nothing off');

SELECT * FROM finish();
ROLLBACK;
