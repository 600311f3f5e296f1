BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT count(*) FROM api.schema_migrations()
        WHERE name IN ('001_baseline_payment', '002_add_rls_policies') $$,
    ARRAY[2::bigint], 'what was applied is named');
SET LOCAL ROLE payments_worker;
SELECT isnt_empty('SELECT * FROM api.schema_migrations()', 'the worker learns the same');
RESET ROLE;
DELETE FROM migrations._yoyo_migration WHERE migration_id = '002_add_rls_policies';
SET LOCAL ROLE payments_worker;
SELECT is_empty($$ SELECT name FROM api.schema_migrations() WHERE name = '002_add_rls_policies' $$,
                'what was not applied is not named');
SET LOCAL ROLE payments_analyst;
SELECT throws_ok('SELECT * FROM api.schema_migrations()', '42501', NULL,
                 'an analyst has no business in api');

SELECT * FROM finish();
ROLLBACK;
