CREATE OR REPLACE FUNCTION ops.audit_list(
    p_tenant_id uuid, p_object_id text DEFAULT NULL, p_subject text DEFAULT NULL,
    p_since timestamptz DEFAULT NULL,
    p_until timestamptz DEFAULT NULL, p_limit integer DEFAULT 100
) RETURNS TABLE (recorded_at timestamptz, subject text, key_id text, action text, object_id text,
                 outcome text, code text,
                 client_ip text, trace_id text, id uuid, seq bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT a.recorded_at, a.subject, a.key_id, a.action, a.object_id, a.outcome, a.code,
           a.client_ip, a.trace_id, a.id, l.seq
      FROM payments.audit_log AS a
      LEFT JOIN payments.audit_links AS l ON l.tenant_id = p_tenant_id
       AND l.recorded_xid = a.recorded_xid AND l.audit_id = a.id
     WHERE a.tenant_id = p_tenant_id AND (p_object_id IS NULL OR a.object_id = p_object_id)
       AND (p_subject IS NULL OR a.subject = p_subject)
       AND (p_since IS NULL OR a.recorded_at >= p_since)
       AND (p_until IS NULL OR a.recorded_at < p_until)
     ORDER BY a.recorded_xid DESC, a.id
     LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION ops.audit_list(uuid, text, text, timestamptz, timestamptz, integer) IS
    'Who did what, newest first: of an object, by a subject, from p_since up to p_until; seq is '
    'the row''s place in the chain, null until the worker has linked it. Raises PY070. Example: '
    'SELECT * FROM ops.audit_list(''…'', p_subject => ''order-service'');';
