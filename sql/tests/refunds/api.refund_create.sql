BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(23);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1'), authorised_payment(tenant_a(), 'k2'),
       paid_payment(tenant_a(), 'k3');
SELECT dispute(pay('k3'), 'd', 'needs_response');
CREATE FUNCTION pg_temp.ask(p_key text, p_payment uuid, p_more jsonb DEFAULT '{}',
                            p_fingerprint bytea DEFAULT '\x01')
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text) LANGUAGE sql
AS $$ SELECT * FROM api.refund_create(tap_helpers.tenant_a(), 'svc', p_key, p_fingerprint,
                                      jsonb_build_object('paymentId', p_payment) || p_more, 20) $$;
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('x', gen_random_uuid()) $$, 'PY010', NULL,
                 'an unknown payment is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('x', payment_of(tenant_b(), 'k1')) $$, 'PY010', NULL,
                 'another tenant''s payment is not there');
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('x', pay('k1'), '{"amount": 0}') $$, 'PY021', NULL,
                 'a refund of nothing is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('x', pay('k1'), '{"amount": 10001}') $$, 'PY051',
                 NULL, 'more than was captured is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('x', pay('k2')) $$, 'PY052', NULL,
                 'an uncaptured payment is canceled instead');
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('x', pay('k3'), '{"amount": 1}') $$, 'PY052', NULL,
                 'a disputed payment is the bank''s business');
SELECT unchanged('no refused refund left anything, nor its key');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM api.refund_create('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 'svc', 'x', '\x01',
                                       '{}', 20) $$, 'PY003', NULL, 'an unknown tenant is refused');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('x', pay('k1')) $$, '42501', NULL,
                 'the worker''s group asks for nothing');
SET LOCAL ROLE payments_api;
CREATE TEMP TABLE first AS SELECT *
    FROM pg_temp.ask('r1', pay('k1'),
                     '{"amount": 4000, "reason": "duplicate", "note": "n", "metadata": {"a": '
                     '"b"}}');
SELECT results_eq(
    $$ SELECT status, replayed, problem, operation ->> 'kind', operation ->> 'leaseEpoch',
              operation ->> 'fenced'
         FROM first $$,
    $$ VALUES (NULL::integer, false, NULL::text, 'refund', '1', 'true') $$,
    'a refund is a call to carry, leased and fenced');
SELECT is((SELECT (operation #> '{request,params}') - 'metadata' FROM first),
          jsonb_build_object('payment_intent', 'pi_' || pay('k1'), 'amount', 4000, 'reason',
                             'duplicate'),
          'it names intent, amount and Stripe''s word for the reason');
RESET ROLE;
SELECT keep('r1', payments.id_derive(tenant_a(), 'refund', 'api', 'svc', 'r1'));
SELECT is((SELECT operation #> '{request,params,metadata,refund_id}' FROM first),
          to_jsonb(the('r1')), 'and our refund, so that a lost answer is found again');
SELECT results_eq(
    $$ SELECT r.amount, r.currency, r.status, r.reason, r.note, r.metadata, r.origin,
              r.created_by, r.stripe_refund_id
         FROM payments.payment_refunds AS r WHERE r.id = the('r1') $$,
    $$ VALUES (4000::bigint, 'usd', 'pending', 'duplicate', 'n', '{"a": "b"}'::jsonb, 'api',
              'svc', NULL::text) $$, 'the amount is reserved before Stripe is asked');
SELECT results_eq(
    $$ SELECT p.amount_refund_pending, p.amount_refunded
         FROM payments.payment_transactions AS p WHERE p.id = pay('k1') $$,
    $$ VALUES (4000::bigint, 0::bigint) $$, 'the payment knows it');
SELECT is_empty('SELECT 1 FROM payments.transfer_reversals',
                'no payee is asked before the buyer has been served');
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok(
    $$ SELECT * FROM pg_temp.ask('r1', pay('k1'),
                                 '{"amount": 4000, "reason": "duplicate", "note": "n", "metadata": '
                                 '{"a": "b"}}') $$, 'PY041', NULL,
    'the same key while it runs is in progress');
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('r1', pay('k1'), '{}', '\x02') $$, 'PY040', NULL,
                 'the same key with another request is refused');
SELECT throws_ok($$ SELECT * FROM pg_temp.ask('r2', pay('k1'), '{"amount": 6001}') $$, 'PY051',
                 NULL, 'what is reserved cannot be refunded twice');
SELECT unchanged('no repetition left anything');
CREATE TEMP TABLE second AS SELECT * FROM pg_temp.ask('r2', pay('k1'));
SELECT results_eq(
    $$ SELECT status, body ->> 'status', body -> 'amount', operation FROM second $$,
    $$ VALUES (201, 'pending', '6000'::jsonb, NULL::jsonb) $$,
    'behind an unresolved call a refund of all the rest waits in the queue and is answered '
    'with its state');
RESET ROLE;
SELECT ok(
    finish(operation_of(the('r1'), 'refund'),
           jsonb_build_object('outcome', 'succeeded', 'object', refund_object(the('r1')))),
    'Stripe''s answer is taken');
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, body ->> 'status', body ->> 'stripeRefundId' = 're_' || the('r1'), replayed,
              operation
         FROM pg_temp.ask('r1', pay('k1')) $$,
    $$ VALUES (201, 'succeeded', true, true, NULL::jsonb) $$, 'the key again replays the answer');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
