-- owner: payments_system
CREATE OR REPLACE FUNCTION api.audit_chain_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT t.tenant_id
      FROM payments.tenants AS t
      LEFT JOIN payments.audit_heads AS h ON h.tenant_id = t.tenant_id
     WHERE EXISTS (SELECT a.tenant_id FROM payments.audit_log AS a
                    WHERE a.tenant_id = t.tenant_id
                      AND a.recorded_xid >= coalesce(h.chained_xid, '0'::xid8)
                      AND a.recorded_xid < pg_snapshot_xmin(pg_current_snapshot()))
        -- Restored into a younger cluster: audit_chain starts looking anew.
        OR h.chained_xid > pg_snapshot_xmin(pg_current_snapshot())
     LIMIT p_limit
$$;
COMMENT ON FUNCTION api.audit_chain_due(integer) IS
    'Tenants with rows of the audit log that can be chained now.';
