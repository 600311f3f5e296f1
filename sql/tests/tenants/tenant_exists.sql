BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SET LOCAL ROLE payments_definer;
SELECT ok(payments.tenant_exists(), 'a registered tenant is seen without entering one');
SELECT is_empty('SELECT * FROM payments.tenants', 'the caller itself sees no tenant');
RESET ROLE;
DELETE FROM payments.fraud_rules;
DELETE FROM payments.fraud_rulesets;
DELETE FROM payments.tenants;
SET LOCAL ROLE payments_definer;
SELECT is(payments.tenant_exists(), false, 'without any tenant there is none');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT payments.tenant_exists()', '42501', NULL,
                 'a caller may not look across tenants');
SELECT * FROM finish();
ROLLBACK;
