-- owner: payments_system
-- checked_xid above all that runs is of an older cluster, and counts for nothing: violations_check.
CREATE OR REPLACE FUNCTION api.violations_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT tenant.tenant_id
      FROM payments.tenants AS tenant
     CROSS JOIN LATERAL (
        SELECT coalesce((SELECT progress.checked_xid FROM payments.violation_checks AS progress
                          WHERE progress.tenant_id = tenant.tenant_id
                            AND progress.checked_xid <= pg_snapshot_xmin(pg_current_snapshot())),
                        '0'::xid8) AS xid) AS checked
     WHERE EXISTS (SELECT found.tenant_id FROM payments.violations_found AS found
                    WHERE found.tenant_id = tenant.tenant_id)
        OR EXISTS (SELECT posting.tenant_id FROM payments.ledger_postings AS posting
                    WHERE posting.tenant_id = tenant.tenant_id AND posting.posted_xid >= checked.xid
                      AND posting.posted_xid < pg_snapshot_xmin(pg_current_snapshot()))
        OR EXISTS (SELECT mark.tenant_id FROM payments.payment_marks AS mark
                    WHERE mark.tenant_id = tenant.tenant_id AND mark.marked_xid >= checked.xid
                      AND mark.marked_xid < pg_snapshot_xmin(pg_current_snapshot()))
     LIMIT p_limit
$$;
COMMENT ON FUNCTION api.violations_due(integer) IS
    'Tenants with payments changed since they were last checked, or with a breach that is still '
    'there; every other tenant has none known.';
