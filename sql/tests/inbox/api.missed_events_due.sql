BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT stop_clock();
SELECT open_account(t, 'venue', 'v1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT enter(NULL);
CREATE FUNCTION pg_temp.ago(p_seconds bigint) RETURNS bigint LANGUAGE sql
    AS $$ SELECT (extract(epoch FROM tap_helpers.clock()) - p_seconds)::bigint $$;
SET LOCAL ROLE payments_worker;
SELECT results_eq('SELECT provider_account FROM api.missed_events_due(9)',
                  $$ VALUES ('platform'), ('acct_v1_aaaaaaaa'), ('acct_v1_bbbbbbbb') $$,
    'the platform comes first, then every payee''s account, whosever it is');
SELECT is((SELECT count(*) FROM api.missed_events_due(2)), 2::bigint, 'no more than asked for');
SELECT set_eq(
    'SELECT since, failed_since FROM api.missed_events_due(9)',
    'VALUES (pg_temp.ago(600), pg_temp.ago(2592000))',
    'for the first time the last ten minutes are listed, and what was not delivered in thirty '
    'days');
SELECT is(
    (SELECT count(*) FROM api.missed_events_due(9) WHERE position IS NULL AND begun_at <= clock()),
    3::bigint, 'none of them is begun');
SELECT api.missed_events_done('platform', clock()),
       api.missed_events_done('acct_v1_aaaaaaaa', clock());
SELECT results_eq('SELECT provider_account FROM api.missed_events_due(9)',
                  $$ VALUES ('platform'), ('acct_v1_bbbbbbbb'), ('acct_v1_aaaaaaaa') $$,
    'the account longest not swept has its turn next');
SELECT advance('1 day');
SELECT is((SELECT since FROM api.missed_events_due(1)), pg_temp.ago(87000),
          'a later sweep starts ten minutes before the end of the last');
SELECT set_eq(
    'SELECT provider_account FROM api.missed_events_due(9) WHERE failed_since IS NOT NULL',
    $$ VALUES ('acct_v1_bbbbbbbb') $$,
    'what was not delivered is asked for once: what comes later is in the list of everything');
SELECT advance('40 days');
SELECT is((SELECT since FROM api.missed_events_due(1)), pg_temp.ago(2592000),
          'never further back than Stripe keeps events');
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT * FROM api.missed_events_due(9)', '42501', NULL,
                 'the API may not look across tenants');

SELECT * FROM finish();
ROLLBACK;
