CREATE OR REPLACE FUNCTION payments.audit_breaks(p_tenant_id uuid)
    RETURNS TABLE (seq bigint, audit_id uuid, problem text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT b.seq, b.audit_id, b.problem
      FROM (SELECT l.seq, l.audit_id, CASE
                WHEN l.seq <> coalesce(lag(l.seq) OVER chain, 0) + 1
                   THEN 'a link before this one is missing'
                WHEN l.digest <> sha256(coalesce(lag(l.digest) OVER chain,
                                                 payments.audit_genesis(p_tenant_id))
                                        || l.row_digest)
                    THEN 'the link was changed'
                WHEN a.id IS NULL THEN 'the row is missing'
                WHEN payments.audit_digest(a) <> l.row_digest
                   THEN 'the row was changed' END AS problem
              FROM payments.audit_links AS l
              LEFT JOIN payments.audit_log AS a ON a.tenant_id = p_tenant_id
               AND a.recorded_xid = l.recorded_xid AND a.id = l.audit_id
             WHERE l.tenant_id = p_tenant_id
            WINDOW chain AS (ORDER BY l.seq)
            UNION ALL
            SELECT coalesce((SELECT max(l.seq) FROM payments.audit_links AS l
                              WHERE l.tenant_id = p_tenant_id
                                AND (l.recorded_xid, l.audit_id) < (a.recorded_xid, a.id)), 0),
                   a.id,
                   'the row was inserted after its time'
              FROM payments.audit_log AS a
              JOIN payments.audit_heads AS h ON h.tenant_id = p_tenant_id
               AND a.recorded_xid < h.chained_xid
             WHERE a.tenant_id = p_tenant_id
               AND NOT EXISTS (SELECT FROM payments.audit_links AS l
                                WHERE l.tenant_id = p_tenant_id AND l.recorded_xid = a.recorded_xid
                                  AND l.audit_id = a.id)
            UNION ALL
            SELECT h.seq, NULL, 'the end of the chain is missing'
              FROM payments.audit_heads AS h
             WHERE h.tenant_id = p_tenant_id AND h.seq > 0
               AND NOT EXISTS (SELECT FROM payments.audit_links AS l
                                WHERE l.tenant_id = p_tenant_id AND l.seq = h.seq
                                  AND l.digest = h.digest)) AS b
     WHERE b.problem IS NOT NULL
$$;
COMMENT ON FUNCTION payments.audit_breaks(uuid) IS
    'Where a tenant''s audit log and its chain disagree. A row inserted afterwards stands behind '
    'link seq.';
