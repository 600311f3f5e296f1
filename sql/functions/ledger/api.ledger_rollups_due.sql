-- owner: payments_system
CREATE OR REPLACE FUNCTION api.ledger_rollups_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT tenant.tenant_id
      FROM payments.tenants AS tenant
     WHERE EXISTS (SELECT posting.tenant_id FROM payments.ledger_postings AS posting
                    WHERE posting.tenant_id = tenant.tenant_id
                      AND posting.posted_xid >= coalesce(
                          (SELECT rollup.folded_xid FROM payments.ledger_rollups AS rollup
                            WHERE rollup.tenant_id = tenant.tenant_id), '0'::xid8)
                      AND posting.posted_xid < pg_snapshot_xmin(pg_current_snapshot()))
        -- Restored into a younger cluster: no posting would ever be due there, and ledger_rollup
        -- starts anew.
        OR EXISTS (SELECT rollup.tenant_id FROM payments.ledger_rollups AS rollup
                    WHERE rollup.tenant_id = tenant.tenant_id
                      AND rollup.folded_xid > pg_snapshot_xmin(pg_current_snapshot()))
     LIMIT p_limit
$$;
COMMENT ON FUNCTION api.ledger_rollups_due(integer) IS
    'Tenants with postings that can be folded now, or whose roll-up is ahead of this cluster''s '
    'transactions.';
