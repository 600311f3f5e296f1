BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');

SELECT keep(k, asked_payment(tenant_a(), k)) FROM unnest('{one,two,three}'::text[]) AS k;
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.check(p_decisions text[]) RETURNS text[] LANGUAGE sql AS $$
    SELECT payments.aml_check_requests(
        tap_helpers.tenant_a(),
        ARRAY[tap_helpers.the('one'), tap_helpers.the('two'), tap_helpers.the('three')],
        ARRAY[tap_helpers.payment_request(),
              tap_helpers.payment_request('{"customerId": "c1", "amount": 6000}'),
              tap_helpers.payment_request('{"customerId": "c1", "amount": 6000}')],
        p_decisions, tap_helpers.clock()) $$;
SELECT remember();
SELECT is(pg_temp.check(NULL), NULL, 'without limits nothing is decided');
SELECT is(pg_temp.check('{allow,review,block}'), '{allow,review,block}', 'or what was');
SELECT unchanged('and nothing is written');
SELECT payments.aml_settings_store(tenant_a(), NULL, NULL, '{"currency": "usd", "day": 12000}',
                                   'me');
SAVEPOINT before;
SELECT is(pg_temp.check('{allow,allow,block}'), '{allow,allow,block}',
          'a blocked payment is not screened');
ROLLBACK TO SAVEPOINT before;
SELECT is(pg_temp.check(NULL), '{allow,allow,review}',
          'the one that reaches the limit is for a person');
SELECT results_eq(
    $$ SELECT payment_id, decision, reasons, settings_version FROM payments.aml_screenings
        ORDER BY decision $$,
    $$ VALUES (the('two'), 'clear', '{}'::text[], 1),
              (the('three'), 'review', '{day_usd}', 1) $$,
    'each payment with a customer is screened, and what was found kept');
SELECT results_eq($$ SELECT kind, source, payment_id, reasons FROM payments.reviews $$,
                  $$ VALUES ('aml', 'amounts', the('three'), '{day_usd}'::text[]) $$,
                  'and it is in the queue');

SELECT * FROM finish();
ROLLBACK;
