CREATE OR REPLACE FUNCTION ops.audit_verify(p_tenant_id uuid, p_seq bigint DEFAULT NULL,
                                            p_digest text DEFAULT NULL)
RETURNS TABLE (seq bigint, audit_id uuid, problem text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT b.seq, b.audit_id, b.problem
      FROM (SELECT k.seq, k.audit_id, k.problem FROM payments.audit_breaks(p_tenant_id) AS k
            UNION ALL
            -- Whoever rewrites the whole chain is found out by a digest that was noted elsewhere.
            SELECT p_seq, NULL, 'the chain is not the one this digest was noted of'
             WHERE p_digest IS NOT NULL
               AND NOT EXISTS (SELECT FROM payments.audit_links AS l
                                WHERE l.tenant_id = p_tenant_id AND l.seq = p_seq
                                  AND encode(l.digest, 'hex') = p_digest)) AS b
     ORDER BY b.seq, b.audit_id
     LIMIT 1;
END
$$;
COMMENT ON FUNCTION ops.audit_verify(uuid, bigint, text) IS
    'The first broken link of a tenant''s audit log: a row changed, missing or inserted, a link '
    'changed or missing; no row when all is well. p_seq and p_digest: an end of the chain that was '
    'noted before (the worker logs each), which must still be in it. Raises PY070. Example: SELECT '
    '* FROM ops.audit_verify(''…'');';
