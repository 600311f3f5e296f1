BEGIN;
SELECT plan(10);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT settled_payment(tenant_a(), 'k' || n, '{"customerId": "c1", "amount": 1000, "splits": []}')
  FROM generate_series(1, 3) AS n;
SELECT settled_payment(tenant_a(), 'o' || n, '{"customerId": "c2", "amount": 3000, "splits": []}')
  FROM generate_series(1, 3) AS n;
SELECT created_payment(tenant_a(), 'u', '{"customerId": "c1", "amount": 900000, "splits": []}');
SELECT keep('one', gen_random_uuid()), keep('two', gen_random_uuid());
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.measure(p_against text, p_minimum numeric, VARIADIC p_values jsonb[])
RETURNS bigint[] LANGUAGE sql AS $$
    SELECT array_agg(m.measured ORDER BY m.payment_id = tap_helpers.the('two'))
      FROM payments.fraud_measure_amount(
               tap_helpers.tenant_a(), jsonb_build_array(jsonb_build_object(
                   'name', 'r', 'kind', 'amount', 'threshold', 1, 'parameters',
                   jsonb_build_object('against', p_against, 'minimum', p_minimum))),
               (ARRAY[tap_helpers.the('one'), tap_helpers.the('two')])[1:cardinality(p_values)],
               p_values) AS m $$;
SELECT is(pg_temp.measure('customer', 3, '{"amount": 2500, "currency": "usd", "customer": "c1"}'),
          '{250}', 'an amount is measured in per cent of what the customer paid on average');
SELECT is(
    pg_temp.measure('tenant', 3, '{"amount": 2500, "currency": "usd"}',
                    '{"amount": 200000, "currency": "usd"}'), '{125,10000}',
    'or of what all customers paid; what was never paid does not count');
SELECT is(pg_temp.measure('customer', 2.5, '{"amount": 2500, "currency": "usd", "customer": "c1"}'),
          '{250}', 'a minimum that is no whole number stops nobody');
SELECT is(pg_temp.measure('customer', 4, '{"amount": 2500, "currency": "usd", "customer": "c1"}'),
          NULL, 'three payments are no habit when four are asked for');
SELECT is(pg_temp.measure('customer', 1, '{"amount": 2500, "currency": "eur", "customer": "c1"}'),
          NULL, 'another currency is another habit');
SELECT is(pg_temp.measure('customer', 1, '{"amount": 2500, "currency": "usd", "customer": "c9"}'),
          NULL, 'a new customer has none');
SELECT is(pg_temp.measure('customer', 1, '{"amount": 2500, "currency": "usd"}'), NULL,
          'nor has nobody');
SELECT is_empty($$
    SELECT * FROM payments.fraud_measure_amount(
        tenant_a(), '[]', ARRAY[the('one')], ARRAY['{"amount": 1, "currency": "usd"}'::jsonb])
$$, 'without a rule nothing is measured');

RESET ROLE;
SELECT unchecked($$
    INSERT INTO payments.payment_transactions
        (tenant_id, id, order_id, customer_id, amount, currency, status, capture_method, metadata,
         created_by, created_at, updated_at)
    SELECT tenant_a(), gen_random_uuid(), 'o', 'c' || n % 1000, 1000, 'usd', 'created', 'automatic',
           '{}', 'x', clock() - n * interval '1 second', clock()
      FROM generate_series(1, 10000) AS n $$);
ANALYZE payments.payment_transactions;
SELECT keep('read', pg_stat_get_xact_numscans('payments.payment_transactions'::regclass));
SET LOCAL ROLE payments_definer;
SELECT pg_temp.measure('customer', 1, '{"amount": 2500, "currency": "usd", "customer": "c1"}'),
       pg_temp.measure('tenant', 1, '{"amount": 2500, "currency": "usd"}');
RESET ROLE;
SELECT is(pg_stat_get_xact_numscans('payments.payment_transactions'::regclass),
          kept('read')::bigint, 'among ten thousand payments the table is not gone through');
SELECT ok(
    least(pg_stat_get_xact_numscans('payments.payment_transactions_by_customer'::regclass),
          pg_stat_get_xact_numscans('payments.payment_transactions_by_created'::regclass)) > 0,
    'the newest of the customer, and of all, are found by their indexes');

SELECT * FROM finish();
ROLLBACK;
