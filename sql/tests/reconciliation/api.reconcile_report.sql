BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT enter(tenant_a());
SELECT keep('run', api.reconcile_begin('hand', NULL, -5)::text);
SELECT api.reconcile_compare(tenant_a(), kept('run')::jsonb, 'acct_1', 'balance_transactions',
                             '[{"id": "txn_1", "type": "adjustment", "net": 5, "currency": "usd", '
                             '"created": 1000}]');
SELECT api.reconcile_settle(tenant_a(), kept('run')::jsonb, '{}');
SELECT advance('2 days'), enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is(
    (api.reconcile_report(tenant_a(), kept('run')::jsonb) #> '{discrepancies,0}') - ARRAY['id',
        'openedAt'],
    '{"class": "unexplained_balance_transaction", "account": "acct_1", "objectType": "adjustment", '
    '"stripeId": "txn_1", "objectId": null, "atStripe": "5", "ours": "0",
      "unexplained": 5, "currency": "usd", "ageSeconds": 172800}'::jsonb,
      'an open item with both sides and its age');
SELECT is(api.reconcile_report(tenant_a(), kept('run')::jsonb) -> 'totals',
          '[{"account": "acct_1", "currency": "usd", "transactions": 1, "atStripe": 5, "ours": '
          '0}]'::jsonb, 'the sums of the run');
SELECT enter(NULL);
SELECT is(api.reconcile_report(tenant_b(), kept('run')::jsonb),
          jsonb_build_object('tenantId', tenant_b(), 'discrepancies', '[]'::jsonb, 'totals',
                             '[]'::jsonb), 'another tenant''s report knows nothing of it');

SELECT * FROM finish();
ROLLBACK;
