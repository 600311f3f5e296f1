CREATE OR REPLACE FUNCTION api.reconcile_settle(p_tenant_id uuid, p_run jsonb, p_unread text[])
    RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_run_id uuid := (p_run ->> 'id')::uuid;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    PERFORM payments.reconcile_missing(p_tenant_id, p_run);
    UPDATE payments.discrepancies AS d SET state = 'closed', ended_at = v_now
     WHERE d.tenant_id = p_tenant_id AND d.state = 'open'
       AND d.occurred_at >= (p_run ->> 'since')::timestamptz
       AND d.last_seen_at < (p_run ->> 'startedAt')::timestamptz
       AND d.provider_account <> ALL (p_unread);
    INSERT INTO payments.reconciliation_totals
        (tenant_id, run_id, provider_account, currency, transactions, at_provider, in_ledger,
         created_at)
    SELECT p_tenant_id, v_run_id, s.provider_account, s.currency, count(*), sum(s.at_provider),
           sum(s.in_ledger), v_now
      FROM payments.reconciliation_sightings AS s
     WHERE s.tenant_id = p_tenant_id AND s.run_id = v_run_id AND s.currency IS NOT NULL
     GROUP BY s.provider_account, s.currency
    ON CONFLICT (tenant_id, run_id, provider_account, currency) DO NOTHING;
    -- A run that died left its sightings; a day later it is surely over.
    DELETE FROM payments.reconciliation_sightings AS s
     WHERE s.tenant_id = p_tenant_id
       AND (s.run_id = v_run_id OR s.seen_at < v_now - interval '1 day');
    DELETE FROM payments.reconciliation_totals AS t
     WHERE t.tenant_id = p_tenant_id AND t.created_at < v_now - interval '90 days';
    RETURN (SELECT count(*) FROM payments.discrepancies AS d WHERE d.tenant_id = p_tenant_id
               AND d.state = 'open');
END
$$;
COMMENT ON FUNCTION api.reconcile_settle(uuid, jsonb, text[]) IS
    'Ends a comparison for a tenant once all of Stripe''s lists were read, but for the accounts '
    'p_unread: notes what Stripe should have and has not, closes what did not show again, keeps '
    'the totals. Returns how many items are open. Raises PY001, PY002.';
