CREATE OR REPLACE FUNCTION api.reconcile_report(p_tenant_id uuid, p_run jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    RETURN jsonb_build_object(
        'tenantId', p_tenant_id,
        'discrepancies', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'id', d.id, 'class', d.class, 'account', d.provider_account, 'objectType',
                d.object_type,
                       'stripeId', d.provider_id, 'objectId', d.object_id, 'atStripe',
                       d.at_provider, 'ours', d.ours,
                       'unexplained', d.unexplained, 'currency', d.currency, 'openedAt',
                       payments.rfc3339(d.opened_at),
                       'ageSeconds', floor(extract(epoch FROM v_now - d.opened_at)))
                                      ORDER BY d.opened_at, d.id), '[]')
              FROM payments.discrepancies AS d WHERE d.tenant_id = p_tenant_id
               AND d.state = 'open'),
        'totals', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'account', t.provider_account, 'currency', t.currency, 'transactions',
                t.transactions,
                       'atStripe', t.at_provider, 'ours', t.in_ledger)
                                      ORDER BY t.provider_account <> 'platform', t.provider_account,
                                            t.currency), '[]')
              FROM payments.reconciliation_totals AS t WHERE t.tenant_id = p_tenant_id
               AND t.run_id = (p_run ->> 'id')::uuid));
END
$$;
COMMENT ON FUNCTION api.reconcile_report(uuid, jsonb) IS
    'A tenant''s open items with their ages, and a run''s totals per Stripe account and currency, '
    'minor units, as one document. Raises PY001, PY002.';
