-- owner: payments_system
CREATE OR REPLACE FUNCTION api.violations_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT t.tenant_id
      FROM payments.tenants AS t
     CROSS JOIN LATERAL (
        SELECT coalesce((SELECT k.checked_xid FROM payments.violation_checks AS k
                          WHERE k.tenant_id = t.tenant_id
                            AND k.checked_xid <= pg_snapshot_xmin(pg_current_snapshot())),
                        '0'::xid8) AS xid) AS c
     WHERE EXISTS (SELECT f.tenant_id FROM payments.violations_found AS f
                    WHERE f.tenant_id = t.tenant_id)
        OR EXISTS (SELECT g.tenant_id FROM payments.ledger_postings AS g
                    WHERE g.tenant_id = t.tenant_id AND g.posted_xid >= c.xid
                      AND g.posted_xid < pg_snapshot_xmin(pg_current_snapshot()))
        OR EXISTS (SELECT m.tenant_id FROM payments.payment_marks AS m
                    WHERE m.tenant_id = t.tenant_id AND m.marked_xid >= c.xid
                      AND m.marked_xid < pg_snapshot_xmin(pg_current_snapshot()))
     LIMIT p_limit
$$;
COMMENT ON FUNCTION api.violations_due(integer) IS
    'Tenants with payments changed since they were last checked, or with a breach that is still '
    'there; every other tenant has none known.';
