BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT settled_payment(tenant_a(), 'k1', '{"splits": []}');
SELECT keep('d', (d.body ->> 'id')::uuid)
  FROM api.distribution_create(tenant_a(), 'svc', 'd1', '\x01',
                               jsonb_build_object('orderId', 'order-1', 'paymentIntentId', 'pi_'
                                                  || pay('k1'), 'chargeId',
    (SELECT i.latest_charge_id FROM payments.payment_intents AS i WHERE i.id = pay('k1')),
    'totalAmount', 10000, 'transfers',
    '[{"stripeAccountId": "acct_v1_aaaaaaaa", "amount": 10, "recipientType": "venue", '
    '"recipientId": "v1"}]'::jsonb), 20) AS d;
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT d ->> 'paymentId' = pay('k1')::text, d -> 'amount', d #> '{transfers,0,amount}',
              jsonb_array_length(d -> 'transfers')
         FROM api.distribution_get(tenant_a(), the('d')) AS d $$,
    $$ VALUES (true, '10'::jsonb, '10'::jsonb, 1) $$,
    'a distribution is shown with its transfers');
SELECT throws_ok($$ SELECT api.distribution_get(tenant_a(), gen_random_uuid()) $$, 'PY010', NULL,
                 'an unknown one is not there');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT api.distribution_get(tenant_b(), the('d')) $$, 'PY010', NULL,
                 'another tenant''s is not there');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.distribution_get(tenant_a(), the('d')) $$, '42501', NULL,
                 'the worker''s group reads none');

SELECT * FROM finish();
ROLLBACK;
