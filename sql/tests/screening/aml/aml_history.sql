BEGIN;
SELECT plan(2);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('none', gen_random_uuid());
SELECT settled_payment(tenant_a(), 'old', '{"customerId": "c1", "amount": 1000, "splits": []}');
SELECT advance('31 days');
SELECT keep('paid', settled_payment(
           tenant_a(), 'k1', '{"customerId": "c1", "amount": 2000, "splits": []}')),
       authorised_payment(tenant_a(), 'k2', '{"customerId": "c1", "amount": 3000, "splits": []}'),
       created_payment(tenant_a(), 'k3', '{"customerId": "c1", "amount": 4000, "splits": []}'),
       settled_payment(tenant_a(), 'k4', '{"customerId": "c2", "amount": 5000, "splits": []}');
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    $$ SELECT h.payment_id, h.currency, h.amount
         FROM payments.aml_history(tenant_a(), ARRAY[tenant_a(), tenant_b(), the('none')], ARRAY[
                  '{"customerId": "c1", "amount": 10, "currency": "eur"}',
                  '{"customerId": "c1", "amount": 20, "currency": "usd"}',
                  '{"amount": 30, "currency": "usd"}']::jsonb[], clock()) AS h $$,
    $$ VALUES (tenant_a(), 'usd', 2000::bigint), (tenant_a(), 'usd', 3000), (tenant_a(), 'eur', 10),
              (tenant_b(), 'usd', 2000), (tenant_b(), 'usd', 3000), (tenant_b(), 'eur', 10),
              (tenant_b(), 'usd', 20) $$,
    'what a customer paid or authorised within a month counts, and of a batch what came before');
SELECT set_eq(
    $$ SELECT h.amount
         FROM payments.aml_history(
                  tenant_a(), ARRAY[the('paid')],
                  ARRAY['{"customerId": "c1", "amount": 2000, "currency": "usd"}'::jsonb],
                  clock()) AS h $$,
    $$ VALUES (2000::bigint), (3000) $$, 'and a payment that was paid itself, once');

SELECT * FROM finish();
ROLLBACK;
