BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT stop_clock();
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.begun(p_since timestamptz) RETURNS timestamptz LANGUAGE sql
    AS $$ SELECT (api.reconcile_begin('hand', p_since, 600) ->> 'since')::timestamptz $$;
SET LOCAL ROLE payments_worker;
SELECT is(pg_temp.begun('2026-01-02Z'), '2026-01-02Z'::timestamptz,
          'a run looks at what Stripe made since then');
SELECT is(pg_temp.begun(NULL), to_timestamp(0), 'or at everything');
SELECT is(x ->> 'sinceEpoch', '1767312000', 'in seconds for Stripe')
  FROM api.reconcile_begin('hand', '2026-01-02Z', 600) AS x;
SELECT is((x ->> 'settledBefore')::timestamptz, clock() - interval '10 minutes',
          'what is younger than the grace is not judged')
  FROM api.reconcile_begin('hand', NULL, 600) AS x;
RESET ROLE;
SELECT payments.discrepancy_note(tenant_a(), 'platform', 'missing_here', 'refund', 're_1', NULL,
                                 '1', NULL, 0, NULL, date_trunc('second',
                                     clock() - interval '9 days'));
SELECT keep('old', (clock() - interval '9 days')::text);
SET LOCAL ROLE payments_worker;
SELECT is(pg_temp.begun(clock() - interval '1 day'), date_trunc('second', kept('old')::timestamptz),
          'it reaches back to the oldest open item, which it could not close otherwise');
SELECT advance('40 days');
SELECT is(pg_temp.begun(clock() - interval '1 day'),
          date_trunc('second', clock() - interval '30 days'),
          'but no further than thirty days for its sake');
RESET ROLE;
SELECT is(
    (SELECT string_agg(DISTINCT state || coalesce(error, ''), ' '
                       ORDER BY state || coalesce(error, '')) FROM payments.reconciliation_runs),
    'faileddied running', 'runs that died long ago are written off');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.reconcile_begin('whim', NULL, 600) $$, '23514', NULL,
                 'a run says why it is made');

SELECT * FROM finish();
ROLLBACK;
