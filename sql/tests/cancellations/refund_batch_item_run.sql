BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), k, '{"eventId": "gig"}') FROM unnest(ARRAY['k1', 'k2', 'k3']) AS k;
SELECT dispute(pay('k2'), 'd', 'needs_response', 1), dispute(pay('k3'), 'd', 'lost');
SELECT keep('b', body ->> 'id')
  FROM api.show_cancel(tenant_a(), 'svc', 'c', '\x01', 'gig', '{"reason": "storm"}', 20);
CREATE FUNCTION pg_temp.run(p_key text)
    RETURNS TABLE (due integer, state text, error text, attempts integer, refunded boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    v_due integer;
BEGIN
    v_due := payments.refund_batch_item_run(i, tap_helpers.clock())
        FROM payments.refund_batch_items AS i WHERE i.payment_id = tap_helpers.pay(p_key);
    RETURN QUERY SELECT v_due, i.state, i.error, i.attempts, i.refund_id IS NOT NULL
        FROM payments.refund_batch_items AS i WHERE i.payment_id = tap_helpers.pay(p_key);
END
$$;
SET LOCAL ROLE payments_definer;
SELECT results_eq($$ SELECT * FROM pg_temp.run('k1') $$,
                  $$ VALUES (1, 'requested', NULL::text, 0, true) $$,
                  'what is left of a payment is refunded');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.run('k2') $$,
    $$ VALUES (0, 'failed', 'a dispute is open: the bank decides about this money', 1, false) $$,
    'one that a bank decides about fails, for a person to see');
SELECT results_eq($$ SELECT * FROM pg_temp.run('k3') $$,
                  $$ VALUES (0, 'skipped', 'nothing left to refund', 0, false) $$,
                  'one that a bank has taken has nothing left');
SELECT results_eq(
    $$ SELECT r.origin, r.amount, r.created_by FROM payments.payment_refunds AS r $$,
    $$ VALUES ('batch', 10000::bigint, 'svc') $$,
    'there is one refund, by whoever canceled the event');

SELECT * FROM finish();
ROLLBACK;
