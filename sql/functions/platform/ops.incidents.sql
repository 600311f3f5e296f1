-- Where on-call begins: alerts and gauges name no tenant, the reports behind them want one.
CREATE OR REPLACE FUNCTION ops.incidents()
RETURNS TABLE (tenant_id uuid, name text, what text, items bigint, since timestamptz, runbook text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_tenant_id uuid;
    v_name text;
BEGIN
    FOR v_tenant_id IN SELECT every.tenant_id FROM payments.tenant_ids() AS every
    LOOP
        PERFORM payments.tenant_visit(v_tenant_id);
        CONTINUE WHEN payments.member_check(v_tenant_id) IS NOT TRUE;
        SELECT tenant.name INTO v_name FROM payments.tenants AS tenant
         WHERE tenant.tenant_id = v_tenant_id;
        RETURN QUERY
        SELECT v_tenant_id, v_name, incident.what, count(*), min(incident.since), incident.runbook
          FROM (
            SELECT 'money violation' AS what, found.found_at AS since, 'money-violation' AS runbook
              FROM payments.violations_found AS found WHERE found.tenant_id = v_tenant_id
            UNION ALL
            SELECT 'dead ' || operation.kind, operation.created_at, 'dead-letters'
              FROM payments.stripe_operations AS operation
             WHERE operation.tenant_id = v_tenant_id AND operation.state = 'dead'
            UNION ALL
            SELECT 'unknown ' || operation.kind, operation.created_at, 'unknown-operations'
              FROM payments.stripe_operations AS operation
             WHERE operation.tenant_id = v_tenant_id AND operation.state = 'unknown'
            UNION ALL
            SELECT 'transfer ' || transfer.status, transfer.created_at,
                   CASE transfer.status WHEN 'blocked' THEN 'payee-blocked'
                                        ELSE 'transfers-failing' END
              FROM payments.stripe_transfers AS transfer
             WHERE transfer.tenant_id = v_tenant_id AND transfer.status IN ('blocked', 'failed')
            UNION ALL
            SELECT 'event ' || event.state, event.received_at, 'webhook-backlog'
              FROM payments.inbox_unapplied(v_tenant_id) AS event
            UNION ALL
            SELECT 'discrepancy ' || discrepancy.class, discrepancy.opened_at,
                   'reconciliation-difference'
              FROM payments.discrepancies AS discrepancy
             WHERE discrepancy.tenant_id = v_tenant_id AND discrepancy.state = 'open'
            UNION ALL
            SELECT 'dispute to answer', dispute.created_at, 'dispute-opened'
              FROM payments.disputes AS dispute
             WHERE dispute.tenant_id = v_tenant_id
               AND dispute.status IN ('needs_response', 'warning_needs_response')
          ) AS incident
         GROUP BY incident.what, incident.runbook ORDER BY incident.what;
    END LOOP;
    PERFORM payments.tenant_visit(NULL);
END
$$;
COMMENT ON FUNCTION ops.incidents() IS
    'What stands and may need a person, for each tenant the caller is a member of: how many items, '
    'since when, and the runbook (docs/runbooks) that says what to do. Example: SELECT * FROM '
    'ops.incidents();';
