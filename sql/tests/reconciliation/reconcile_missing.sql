BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1');
SELECT keep('run', api.reconcile_begin('hand', NULL, -5)::text);
SELECT keep('t', call_of(pay('k1'), 'v1')),
       keep('tr', (SELECT provider_id FROM payments.stripe_operations
                    WHERE id = call_of(pay('k1'), 'v1')));
INSERT INTO payments.reconciliation_sightings (tenant_id, run_id, provider_account, provider_id,
                                               source_id, seen_at)
SELECT tenant_a(
    ), (kept('run')::jsonb ->> 'id')::uuid, 'platform', CASE o.kind WHEN 'transfer'
        THEN 'txn_' || o.id ELSE o.provider_id END, CASE o.kind WHEN 'transfer'
            THEN o.provider_id END, clock()
  FROM payments.stripe_operations AS o WHERE o.state = 'succeeded'
   AND o.kind IN ('intent', 'transfer', 'account') AND o.id <> the('t');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.reconcile_missing(tenant_a(), kept('run')::jsonb || '{"since": "2100-01-01Z"}');
SELECT is((SELECT count(*) FROM payments.discrepancies), 0::bigint,
          'what is older than the run is not missed by it');
SELECT payments.reconcile_missing(tenant_a(), kept('run')::jsonb
                                  || '{"settledBefore": "2000-01-01Z"}');
SELECT is((SELECT count(*) FROM payments.discrepancies), 0::bigint, 'nor what is too young');
SELECT payments.reconcile_missing(tenant_a(), kept('run')::jsonb);
SELECT results_eq(
    'SELECT class, object_type, provider_id, unexplained, currency FROM payments.discrepancies',
    $$ VALUES ('missing_at_provider', 'transfer', kept('tr'), 6000::bigint, 'usd') $$,
    'what succeeded and was not seen, neither itself nor by the money it moved, is missing at '
    'Stripe');

SELECT * FROM finish();
ROLLBACK;
