BEGIN;
SELECT plan(2);

SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is_empty($$ SELECT * FROM payments.aml_limits_current(tenant_a()) $$,
                'a tenant that set none has none');
SELECT payments.aml_settings_store(tenant_a(), 90, 'eur', '{"currency": "usd", "day": 5}', 'me'),
       payments.aml_settings_store(tenant_a(), NULL, NULL, '{"currency": "usd", "day": 6}', 'me');
SELECT results_eq($$ SELECT * FROM payments.aml_limits_current(tenant_a()) $$,
                  $$ VALUES (2, 'eur', 'usd', 6::bigint, NULL::bigint, NULL::bigint) $$,
                  'the newest are in force');

SELECT * FROM finish();
ROLLBACK;
