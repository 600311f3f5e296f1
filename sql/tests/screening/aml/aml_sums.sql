BEGIN;
SELECT plan(13);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep('p', gen_random_uuid());
SELECT settled_payment(tenant_a(), 'k1', '{"customerId": "c1", "amount": 9000, "splits": []}');
SELECT advance('2 days');
SELECT settled_payment(tenant_a(), 'k2', '{"customerId": "c1", "amount": 9500, "splits": []}'),
       settled_payment(tenant_a(), 'k3',
                       '{"customerId": "c1", "amount": 8000, "currency": "eur", "splits": []}');
CREATE FUNCTION pg_temp.reasons(p_amount bigint, p_customer text DEFAULT 'c1')
RETURNS text[] LANGUAGE sql AS $$
    SELECT s.reasons FROM payments.aml_sums(
        tap_helpers.tenant_a(), ARRAY[tap_helpers.the('p')],
        ARRAY[jsonb_build_object('customerId', p_customer, 'amount', p_amount, 'currency', 'usd')],
        tap_helpers.clock()) AS s $$;
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.reasons(99999999), NULL, 'without limits no sums are made');
SELECT payments.aml_settings_store(tenant_a(), NULL, NULL, '{
    "currency": "usd", "day": 20000, "month": 30000, "structuring": 10000}', 'me');
SELECT is(pg_temp.reasons(100), '{}', 'below its limits a customer is not in doubt');
SELECT is(pg_temp.reasons(10500), '{day_usd}',
          'the sum of a day is reached, with what was paid two days ago not in it');
SELECT is(pg_temp.reasons(11500), '{day_usd,month_usd}', 'the sum of a month is, with it');
SELECT is(pg_temp.reasons(9999), '{structuring_usd}',
          'a third payment just below a threshold is seen');
SELECT is(pg_temp.reasons(10000), '{}', 'at the threshold it is not below it');
SELECT is(pg_temp.reasons(8999), '{}', 'nor far below');
SELECT is(pg_temp.reasons(19000, 'c2'), '{}', 'another customer has their own sums');
SELECT payments.aml_settings_store(tenant_a(), NULL, 'eur', '{"currency": "usd"}', 'me'),
       payments.aml_settings_store(tenant_a(), NULL, NULL, '{"currency": "all", "month": 20000}',
                                   'me');
SELECT is(pg_temp.reasons(100), '{}', 'over all currencies, what has no rate is not in the sum');
SELECT is(
    (SELECT s.findings #>> '{0,unrated}'
       FROM payments.aml_sums(tenant_a(), ARRAY[the('p')], ARRAY[
           '{"customerId": "c1", "amount": 100, "currency": "usd"}'::jsonb], clock()) AS s),
    '3', 'but is told');
RESET ROLE;
SELECT ops.exchange_rate_set(tenant_a(), 'usd', 'eur', 0.5, '2020-01-01');
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.reasons(5497), '{}', 'with a rate it is converted');
SELECT is(pg_temp.reasons(5500), '{month_all}',
          'and counts: 8,000 eur and 18,500 and 5,500 usd at a half are 20,000 eur');
RESET ROLE;
SELECT ops.exchange_rate_set(tenant_a(), 'usd', 'eur', 999999999, '2021-01-01');
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.reasons(99999999999), '{month_all}',
          'a mistaken rate makes a large sum, and no payment impossible');

SELECT * FROM finish();
ROLLBACK;
