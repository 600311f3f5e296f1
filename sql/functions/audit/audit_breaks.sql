CREATE OR REPLACE FUNCTION payments.audit_breaks(p_tenant_id uuid)
    RETURNS TABLE (seq bigint, audit_id uuid, problem text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT broken.seq, broken.audit_id, broken.problem
      FROM (SELECT link.seq, link.audit_id, CASE
                WHEN link.seq <> coalesce(lag(link.seq) OVER chain, 0) + 1
                   THEN 'a link before this one is missing'
                WHEN link.digest <> sha256(coalesce(lag(link.digest) OVER chain,
                                                    payments.audit_genesis(p_tenant_id))
                                           || link.row_digest)
                    THEN 'the link was changed'
                WHEN entry.id IS NULL THEN 'the row is missing'
                WHEN payments.audit_digest(entry) <> link.row_digest
                   THEN 'the row was changed' END AS problem
              FROM payments.audit_links AS link
              LEFT JOIN payments.audit_log AS entry ON entry.tenant_id = p_tenant_id
               AND entry.recorded_xid = link.recorded_xid AND entry.id = link.audit_id
             WHERE link.tenant_id = p_tenant_id
            WINDOW chain AS (ORDER BY link.seq)
            UNION ALL
            SELECT coalesce((SELECT max(link.seq) FROM payments.audit_links AS link
                              WHERE link.tenant_id = p_tenant_id
                                AND (link.recorded_xid, link.audit_id)
                                    < (entry.recorded_xid, entry.id)), 0),
                   entry.id,
                   'the row was inserted after its time'
              FROM payments.audit_log AS entry
              JOIN payments.audit_heads AS head
                ON head.tenant_id = p_tenant_id AND entry.recorded_xid < head.chained_xid
             WHERE entry.tenant_id = p_tenant_id
               AND NOT EXISTS (SELECT FROM payments.audit_links AS link
                                WHERE link.tenant_id = p_tenant_id
                                  AND link.recorded_xid = entry.recorded_xid
                                  AND link.audit_id = entry.id)
            UNION ALL
            SELECT head.seq, NULL, 'the end of the chain is missing'
              FROM payments.audit_heads AS head
             WHERE head.tenant_id = p_tenant_id AND head.seq > 0
               AND NOT EXISTS (SELECT FROM payments.audit_links AS link
                                WHERE link.tenant_id = p_tenant_id AND link.seq = head.seq
                                  AND link.digest = head.digest)) AS broken
     WHERE broken.problem IS NOT NULL
$$;
COMMENT ON FUNCTION payments.audit_breaks(uuid) IS
    'Where a tenant''s audit log and its chain disagree. A row inserted afterwards stands behind '
    'link seq.';
