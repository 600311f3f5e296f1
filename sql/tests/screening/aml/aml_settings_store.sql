BEGIN;
SELECT plan(6);

SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.aml_settings_store(tenant_a(), 90, 'eur', NULL, 'me'), 1,
          'settings are a version');
SELECT is(
    payments.aml_settings_store(tenant_a(), NULL, NULL, '{"currency": "usd", "day": 5}', 'me'), 2,
    'a limit is the next one');
SELECT is(
    payments.aml_settings_store(tenant_a(), NULL, NULL, '{"currency": "eur", "month": 7}', 'me'), 3,
    'and another one');
SELECT results_eq(
    $$ SELECT s.name_score, s.reporting_currency, l.currency, l.day_limit, l.month_limit
         FROM payments.aml_settings AS s JOIN payments.aml_limits AS l ON l.version = s.version
        WHERE s.version = 3 ORDER BY l.currency $$,
    $$ VALUES (90, 'eur', 'eur', NULL::bigint, 7::bigint), (90, 'eur', 'usd', 5, NULL) $$,
    'what was not given stays');
SELECT payments.aml_settings_store(tenant_a(), NULL, NULL, '{"currency": "usd"}', 'me');
SELECT results_eq($$ SELECT currency FROM payments.aml_limits WHERE version = 4 $$,
                  $$ VALUES ('eur') $$, 'a limit of nothing is removed');
SELECT enter(NULL);
SELECT enter('cccccccc-cccc-4ccc-8ccc-cccccccccccc');
SELECT throws_ok(
    $$ SELECT payments.aml_settings_store('cccccccc-cccc-4ccc-8ccc-cccccccccccc', 90, NULL, NULL,
                                          'me') $$, 'PY010', NULL, 'an unknown tenant is refused');

SELECT * FROM finish();
ROLLBACK;
