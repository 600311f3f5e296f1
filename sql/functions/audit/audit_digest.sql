-- As an array and not as an object: the meaning is in the position, and a column that is added
-- later does not change old digests.
CREATE OR REPLACE FUNCTION payments.audit_digest(p_row payments.audit_log) RETURNS bytea
LANGUAGE sql STABLE
AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        p_row.tenant_id, p_row.recorded_xid::text, p_row.id, payments.rfc3339(p_row.recorded_at),
        p_row.subject, p_row.key_id,
        p_row.action, p_row.object_id, p_row.outcome, p_row.code, p_row.client_ip,
        p_row.trace_id)::text, 'UTF8'))
$$;
COMMENT ON FUNCTION payments.audit_digest(payments.audit_log) IS
    'SHA-256 of a row of the audit log, whatever the session''s settings.';
