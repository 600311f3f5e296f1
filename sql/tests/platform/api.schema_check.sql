BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
UPDATE payments.deployment SET environment = 'test', clock_offset = '0';

SET LOCAL ROLE payments_api;
SELECT results_eq('SELECT * FROM api.schema_check()', $$ VALUES (true, 'test', 'migrated') $$,
    'the API learns that the schema is there and what database this is');
SET LOCAL ROLE payments_webhook;
SELECT results_eq('SELECT * FROM api.schema_check()', $$ VALUES (true, 'test', 'migrated') $$,
    'the webhook endpoint learns the same');
SET LOCAL ROLE payments_worker;
SELECT results_eq('SELECT * FROM api.schema_check()', $$ VALUES (true, 'test', 'migrated') $$,
                  'the worker learns the same');
RESET ROLE;
UPDATE payments.deployment SET environment = 'production';
SET LOCAL ROLE payments_worker;
SELECT is((SELECT environment FROM api.schema_check()), 'production',
          'a production database says so');
SELECT is(coalesce(current_setting('app.current_tenant_id', true), ''), '',
          'the check enters no tenant');
SET LOCAL ROLE payments_analyst;
SELECT throws_ok('SELECT * FROM api.schema_check()', '42501', NULL,
                 'an analyst has no business in api');

SELECT * FROM finish();
ROLLBACK;
