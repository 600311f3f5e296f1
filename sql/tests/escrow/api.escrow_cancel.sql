BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(17);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'seller', 's1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1', resale()), settled_payment(tenant_a(), 'k1', resale()),
       created_payment(tenant_a(), 'k2', resale()), settled_payment(tenant_a(), 'k3', resale());
SELECT keep('e', escrow_of(pay('k1'))), keep('pending', escrow_of(pay('k2'))),
       keep('frozen', escrow_of(pay('k3'))),
       keep('foreign', escrow_of(payment_of(tenant_b(), 'k1'))), keep('none', gen_random_uuid());
SELECT dispute(pay('k3'), 'd', 'needs_response', 1);
CREATE FUNCTION pg_temp.cancel(p_key text, p_escrow text, p_fingerprint bytea DEFAULT '\x01',
                               p_subject text DEFAULT 'svc')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM api.escrow_cancel(tap_helpers.tenant_a(), p_subject, p_key, p_fingerprint,
                                      tap_helpers.the(p_escrow), '{"reason": "off"}', 20) $$;
CREATE FUNCTION pg_temp.call() RETURNS uuid LANGUAGE sql
AS $$ SELECT o.id FROM payments.stripe_operations AS o WHERE o.payment_id = tap_helpers.pay('k1')
         AND o.kind = 'refund' AND o.outcome IS NULL $$;
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('x', 'none') $$, 'PY010', NULL,
                 'an unknown escrow is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('x', 'foreign') $$, 'PY010', NULL,
                 'another tenant''s is not there');
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('x', 'pending') $$, 'PY030', NULL,
                 'before the capture the payment is canceled instead');
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('x', 'frozen') $$, 'PY030', NULL,
                 'while a dispute is open the bank decides');
SELECT unchanged('no refused cancellation left anything, nor its key');
SELECT results_eq(
    $$ SELECT status, body ->> 'status', operation, replayed FROM pg_temp.cancel('c1', 'e') $$,
    $$ VALUES (200, 'held', NULL::jsonb, false) $$,
    'a sale is called off; held until Stripe has taken the refund');
RESET ROLE;
SELECT results_eq('SELECT r.amount, r.status, r.origin FROM payments.payment_refunds AS r',
                  $$ VALUES (10000::bigint, 'pending', 'escrow') $$,
                  'the buyer is to get all of it back');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, replayed FROM pg_temp.cancel('c1', 'e') $$, $$ VALUES (200, true) $$,
    'the key again replays the answer');
SELECT throws_ok($$ SELECT * FROM pg_temp.cancel('c2', 'e') $$, 'PY051', NULL,
                 'a second time there is nothing left to refund');
SELECT throws_ok(
    $$ SELECT * FROM api.escrow_release(tenant_a(), 'svc', 'r', '\x01', the('e'),
                                        '{"reason": "late"}', 20) $$, 'PY030', NULL,
    'nor is money released that is promised to the buyer');
SELECT unchanged('none of it changes anything');
RESET ROLE;
SELECT send(pg_temp.call()), finish(pg_temp.call(), '{"outcome": "failed", "code": "api_error"}');
SET LOCAL ROLE payments_api;
SELECT is((SELECT status FROM pg_temp.cancel('c1', 'e', '\x01', 'other')), 200,
          'when the refund was refused the sale can be called off again, with the same key by '
          'somebody else');
RESET ROLE;
SELECT keep('r', (SELECT r.id FROM payments.payment_refunds AS r WHERE r.status = 'pending')),
       keep('call', pg_temp.call());
SELECT send(the('call')), finish(the('call'),
                                 jsonb_build_object('outcome', 'succeeded', 'object',
                                                    refund_object(the('r'))));
SELECT results_eq(
    $$ SELECT e.status, e.held_amount, e.refunded_amount
         FROM payments.escrows AS e WHERE e.id = the('e') $$,
    $$ VALUES ('canceled', 0::bigint, 8000::bigint) $$,
    'then the hold is empty and the escrow canceled');
SELECT is_empty(
    $$ SELECT 1 FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k1')
          AND t.recipient_id = 's1' $$, 'without a transfer to the seller ever having been made');
SELECT refund_event(the('r'), 'refund.failed', 'failed', 'evt_f');
SELECT results_eq(
    $$ SELECT e.status, e.held_amount FROM payments.escrows AS e WHERE e.id = the('e') $$,
    $$ VALUES ('held', 8000::bigint) $$, 'a refund that fails later fills it again');
SET LOCAL ROLE payments_api;
SELECT is((SELECT status FROM pg_temp.cancel('c3', 'e')), 200,
          'and it can be called off a third time');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
