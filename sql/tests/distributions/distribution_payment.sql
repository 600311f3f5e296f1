BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), authorised_payment(tenant_a(), 'k2'),
       settled_payment(tenant_a(), 'k3'), dispute(pay('k3'), 'd', 'needs_response');
CREATE FUNCTION pg_temp.find(p_key text, p_more jsonb DEFAULT '{}') RETURNS uuid LANGUAGE sql
AS $$ SELECT (payments.distribution_payment(
          tap_helpers.tenant_a(),
          jsonb_build_object('orderId', 'order-1', 'totalAmount', 10000,
                             'paymentIntentId', 'pi_' || tap_helpers.pay(p_key),
                             'chargeId', 'ch_' || tap_helpers.pay(p_key)) || p_more)).id $$;
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(pg_temp.find('k1'), pay('k1'), 'a payment is found by intent, charge and order');
SELECT throws_ok($$ SELECT pg_temp.find('k0') $$, 'PY010', NULL, 'an unknown intent is refused');
SELECT throws_ok($$ SELECT pg_temp.find('k1', '{"chargeId": "ch_other"}') $$, 'PY010', NULL,
                 'so is another charge');
SELECT throws_ok($$ SELECT pg_temp.find('k1', '{"orderId": "order-2"}') $$, 'PY010', NULL,
                 'and another order');
SELECT throws_ok($$ SELECT pg_temp.find('k1', '{"totalAmount": 9999}') $$, 'PY021', NULL,
                 'a caller who thinks that another amount was captured is refused');
SELECT throws_ok($$ SELECT pg_temp.find('k2') $$, 'PY030', NULL,
                 'one that is only authorised has nothing to give');
SELECT throws_ok($$ SELECT pg_temp.find('k3') $$, 'PY052', NULL,
                 'a disputed one is the bank''s business');
RESET ROLE;
SELECT unchanged('looking changes nothing');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_b());
SELECT throws_ok(
    $$ SELECT payments.distribution_payment(tenant_b(), jsonb_build_object(
           'orderId', 'order-1', 'paymentIntentId', 'pi_' || pay('k1'),
           'chargeId', 'ch_' || pay('k1'), 'totalAmount', 10000)) $$, 'PY010', NULL,
    'another tenant''s payment is not there');

SELECT * FROM finish();
ROLLBACK;
