-- owner: payments_system
CREATE OR REPLACE FUNCTION api.ledger_rollups_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT t.tenant_id
      FROM payments.tenants AS t
     WHERE EXISTS (SELECT p.tenant_id FROM payments.ledger_postings AS p
                    WHERE p.tenant_id = t.tenant_id
                      AND p.posted_xid >= coalesce(
                          (SELECT r.folded_xid FROM payments.ledger_rollups AS r
                                                     WHERE r.tenant_id = t.tenant_id), '0'::xid8)
                      AND p.posted_xid < pg_snapshot_xmin(pg_current_snapshot()))
        -- Restored into a younger cluster: no posting would ever be due there, and ledger_rollup
        -- starts anew.
        OR EXISTS (SELECT r.tenant_id FROM payments.ledger_rollups AS r
                    WHERE r.tenant_id = t.tenant_id
                      AND r.folded_xid > pg_snapshot_xmin(pg_current_snapshot()))
     LIMIT p_limit
$$;
COMMENT ON FUNCTION api.ledger_rollups_due(integer) IS
    'Tenants with postings that can be folded now, or whose roll-up is ahead of this cluster''s '
    'transactions.';
