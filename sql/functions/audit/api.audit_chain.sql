-- Off the hot path: a request inserts its row and locks nothing that others need. Only rows of
-- transactions that every running one started after are linked, as in ledger_rollup: a late commit
-- finds its place, and the order never changes afterwards.
CREATE OR REPLACE FUNCTION api.audit_chain(p_tenant_id uuid, p_limit integer)
    RETURNS TABLE (linked integer, seq bigint, digest text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_head payments.audit_heads;
    v_to xid8;
    v_row record;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    INSERT INTO payments.audit_heads (tenant_id, chained_xid, seq, digest, chained_at)
    VALUES (p_tenant_id, '0', 0, payments.audit_genesis(p_tenant_id), payments.clock())
    ON CONFLICT DO NOTHING;
    SELECT h.* INTO v_head FROM payments.audit_heads AS h WHERE h.tenant_id = p_tenant_id
        FOR NO KEY UPDATE;
    v_to := pg_snapshot_xmin(pg_current_snapshot());
    IF v_head.chained_xid > v_to THEN
        -- Restored into a younger cluster: its transaction ids start again. What has its link keeps
        -- it.
        v_head.chained_xid := '0';
    END IF;
    linked := 0;
    FOR v_row IN
        SELECT a.recorded_xid, a.id, payments.audit_digest(a) AS digest
          FROM payments.audit_log AS a
         WHERE a.tenant_id = p_tenant_id AND a.recorded_xid >= v_head.chained_xid
           AND a.recorded_xid < v_to
           AND NOT EXISTS (SELECT FROM payments.audit_links AS l
                            WHERE l.tenant_id = p_tenant_id AND l.recorded_xid = a.recorded_xid
                              AND l.audit_id = a.id)
         ORDER BY a.recorded_xid, a.id
         LIMIT p_limit
    LOOP
        linked := linked + 1;
        v_head.seq := v_head.seq + 1;
        v_head.digest := sha256(v_head.digest || v_row.digest);
        INSERT INTO payments.audit_links (tenant_id, seq, recorded_xid, audit_id, row_digest,
                                          digest)
        VALUES (p_tenant_id, v_head.seq, v_row.recorded_xid, v_row.id, v_row.digest, v_head.digest);
    END LOOP;
    UPDATE payments.audit_heads AS h
       SET chained_xid = CASE WHEN linked < p_limit THEN v_to
           ELSE v_row.recorded_xid END, seq = v_head.seq, digest = v_head.digest,
           chained_at = payments.clock()
     WHERE h.tenant_id = p_tenant_id;
    RETURN QUERY SELECT linked, v_head.seq, encode(v_head.digest, 'hex');
END
$$;
COMMENT ON FUNCTION api.audit_chain(uuid, integer) IS
    'Links up to p_limit finished rows of a tenant''s audit log into its chain; returns how many, '
    'and the chain''s new end. Raises PY001, PY002.';
