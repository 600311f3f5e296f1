BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT enter(tenant_a());
SELECT payments.discrepancy_note(tenant_a(), x.account, 'missing_here', 'payout', x.id, NULL, '1',
                                 NULL, 0, NULL, x.at)
  FROM (VALUES ('platform', 'po_gone', to_timestamp(1000)), ('platform', 'po_old', to_timestamp(1)),
               ('acct_1', 'po_unread', to_timestamp(1000))) AS x (account, id, at);
SELECT keep('run', api.reconcile_begin('hand', to_timestamp(500), -5)::text);
SELECT keep('run', (kept('run')::jsonb || jsonb_build_object('since', to_timestamp(500)))::text);
SELECT payments.discrepancy_note(tenant_a(), 'platform', 'missing_here', 'payout', 'po_there', NULL,
                                 '1', NULL, 0, NULL, to_timestamp(1000));
SELECT api.reconcile_compare(tenant_a(), kept('run')::jsonb, 'acct_1', 'balance_transactions',
                             jsonb_build_array(
    jsonb_build_object('id', 'txn_1', 'type', 'x', 'net', 5, 'currency', 'usd', 'created', 1000),
                                 jsonb_build_object('id', 'txn_2', 'type', 'x', 'net', 7,
                                                    'currency', 'usd', 'created', 1000)));
INSERT INTO payments.reconciliation_sightings (tenant_id, run_id, provider_account, provider_id,
                                               seen_at) VALUES (tenant_a(), gen_random_uuid(),
                                               'platform', 'dead', clock() - interval '2 days');
SET LOCAL ROLE payments_worker;
SELECT is(api.reconcile_settle(tenant_a(), kept('run')::jsonb, ARRAY['acct_1']), 5,
          'the number of open items comes back');
RESET ROLE;
SELECT set_eq(
    'SELECT provider_id FROM payments.discrepancies WHERE state = ''closed'' AND ended_at IS NOT '
    'NULL', $$ VALUES ('po_gone') $$,
    'what was not seen again is closed: not what is older than the run, not of an account that '
    'could not be read');
SELECT results_eq(
    $$ SELECT provider_account, currency, transactions, at_provider, in_ledger
         FROM payments.reconciliation_totals $$,
    $$ VALUES ('acct_1', 'usd', 2::bigint, 12::bigint, 0::bigint) $$,
    'the sums per account and currency are kept');
SELECT is((SELECT count(*) FROM payments.reconciliation_sightings), 0::bigint,
          'what was seen is forgotten, a dead run''s too');
SELECT api.reconcile_settle(tenant_a(), kept('run')::jsonb, '{}') IS NOT NULL;
SELECT is((SELECT count(*) FROM payments.reconciliation_totals), 1::bigint,
          'settled twice, the sums stay');
SELECT advance('91 days');
SELECT api.reconcile_settle(tenant_a(), kept('run')::jsonb, '{}') IS NOT NULL;
SELECT is((SELECT count(*) FROM payments.reconciliation_totals), 0::bigint, 'for ninety days');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT api.reconcile_settle(NULL, '{}', '{}') $$, 'PY001', NULL,
                 'a tenant is needed');

SELECT * FROM finish();
ROLLBACK;
