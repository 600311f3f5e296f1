-- Where on-call begins: alerts and gauges name no tenant, the reports behind them want one.
CREATE OR REPLACE FUNCTION ops.incidents()
RETURNS TABLE (tenant_id uuid, name text, what text, items bigint, since timestamptz, runbook text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_tenant_id uuid;
    v_name text;
BEGIN
    FOR v_tenant_id IN SELECT i.tenant_id FROM payments.tenant_ids() AS i
    LOOP
        PERFORM payments.tenant_visit(v_tenant_id);
        CONTINUE WHEN payments.member_check(v_tenant_id) IS NOT TRUE;
        SELECT t.name INTO v_name FROM payments.tenants AS t WHERE t.tenant_id = v_tenant_id;
        RETURN QUERY
        SELECT v_tenant_id, v_name, f.what, count(*), min(f.since), f.runbook
          FROM (
            SELECT 'money violation' AS what, v.found_at AS since, 'money-violation' AS runbook
              FROM payments.violations_found AS v WHERE v.tenant_id = v_tenant_id
            UNION ALL
            SELECT 'dead ' || o.kind, o.created_at, 'dead-letters'
              FROM payments.stripe_operations AS o
             WHERE o.tenant_id = v_tenant_id AND o.state = 'dead'
            UNION ALL
            SELECT 'unknown ' || o.kind, o.created_at, 'unknown-operations'
              FROM payments.stripe_operations AS o
             WHERE o.tenant_id = v_tenant_id AND o.state = 'unknown'
            UNION ALL
            SELECT 'transfer ' || t.status, t.created_at, CASE t.status WHEN 'blocked'
                THEN 'payee-blocked' ELSE 'transfers-failing' END
              FROM payments.stripe_transfers AS t WHERE t.tenant_id = v_tenant_id
               AND t.status IN ('blocked', 'failed')
            UNION ALL
            SELECT 'event ' || i.state, i.received_at, 'webhook-backlog'
              FROM payments.inbox_unapplied(v_tenant_id) AS i
            UNION ALL
            SELECT 'discrepancy ' || d.class, d.opened_at, 'reconciliation-difference'
              FROM payments.discrepancies AS d
             WHERE d.tenant_id = v_tenant_id AND d.state = 'open'
            UNION ALL
            SELECT 'dispute to answer', d.created_at, 'dispute-opened' FROM payments.disputes AS d
             WHERE d.tenant_id = v_tenant_id
               AND d.status IN ('needs_response', 'warning_needs_response')
          ) AS f
         GROUP BY f.what, f.runbook ORDER BY f.what;
    END LOOP;
    PERFORM payments.tenant_visit(NULL);
END
$$;
COMMENT ON FUNCTION ops.incidents() IS
    'What stands and may need a person, for each tenant the caller is a member of: how many items, '
    'since when, and the runbook (docs/runbooks) that says what to do. Example: SELECT * FROM '
    'ops.incidents();';
