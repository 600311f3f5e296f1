BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(1);
CREATE FUNCTION pg_temp.note(p_tenant uuid, p_id text, p_class text, p_unexplained bigint)
    RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    PERFORM enter(p_tenant);
    PERFORM payments.discrepancy_note(p_tenant, 'platform', p_class, 'x', p_id, NULL, '2', NULL,
                                      p_unexplained, 'usd', to_timestamp(1)); END $$;
SELECT pg_temp.note(tenant_a(), 'a', 'unexplained_balance_transaction', 5),
       pg_temp.note(tenant_b(), 'b', 'unexplained_balance_transaction', -7),
       pg_temp.note(tenant_a(), 'c', 'missing_here', 0),
       pg_temp.note(tenant_a(), 'd', 'missing_here', 0);
SELECT enter(tenant_a());
UPDATE payments.discrepancies SET state = 'closed', ended_at = clock() WHERE provider_id = 'd';
SELECT api.reconcile_sort(api.reconcile_begin('hand', NULL, -5), 'platform', 'payment_intents',
                          '[{"id": "pi_x", "created": 1}]'), enter(NULL);
SET LOCAL ROLE payments_api;
SELECT set_eq('SELECT * FROM api.discrepancy_totals()',
              $$ VALUES ('unexplained_balance_transaction', 'usd', 2::bigint, 12::bigint),
                        ('missing_here', NULL, 1, 0), ('unowned', NULL, 1, 0) $$,
    'open items per class over all tenants; unexplained money does not cancel out');

SELECT * FROM finish();
ROLLBACK;
