-- owner: payments_system
CREATE OR REPLACE FUNCTION api.audit_chain_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT tenant.tenant_id
      FROM payments.tenants AS tenant
      LEFT JOIN payments.audit_heads AS head ON head.tenant_id = tenant.tenant_id
     WHERE EXISTS (SELECT entry.tenant_id FROM payments.audit_log AS entry
                    WHERE entry.tenant_id = tenant.tenant_id
                      AND entry.recorded_xid >= coalesce(head.chained_xid, '0'::xid8)
                      AND entry.recorded_xid < pg_snapshot_xmin(pg_current_snapshot()))
        -- Restored into a younger cluster: audit_chain starts looking anew.
        OR head.chained_xid > pg_snapshot_xmin(pg_current_snapshot())
     LIMIT p_limit
$$;
COMMENT ON FUNCTION api.audit_chain_due(integer) IS
    'Tenants with rows of the audit log that can be chained now.';
