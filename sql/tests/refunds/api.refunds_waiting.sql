BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_b(), 'k1'), paid_payment(tenant_a(), 'k1'),
       paid_payment(tenant_a(), 'k2');
SELECT keep('r', asked_refund(pay('k1'), 'r1', 3000)), keep('q', asked_refund(pay('k2'), 'r2'));
SELECT finish(operation_of(the('r'), 'refund'),
              jsonb_build_object('outcome', 'succeeded', 'object',
                                 refund_object(the('r'), 'pending',
                                               '{"pending_reason": "insufficient_funds"}')));
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT set_eq('SELECT * FROM api.refunds_waiting(tenant_a())',
              $$ VALUES ('usd', 1::bigint, 3000::numeric) $$,
              'what waits for the balance is counted, by currency; what waits for Stripe is not');
SELECT enter(NULL);
SELECT is_empty('SELECT * FROM api.refunds_waiting(tenant_b())', 'another tenant''s is not');
SELECT refund_event(the('r'), 'refund.updated', 'succeeded', 'evt_1'), enter(NULL);
SELECT is_empty('SELECT * FROM api.refunds_waiting(tenant_a())', 'paid out, it waits no more');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.refunds_waiting(tenant_a())', '42501', NULL,
                 'the API does not ask');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
