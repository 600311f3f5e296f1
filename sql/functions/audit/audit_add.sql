CREATE OR REPLACE FUNCTION payments.audit_add(
    p_tenant_id uuid, p_id uuid, p_subject text, p_action text, p_object_id text, p_outcome text,
    p_code text, p_origin jsonb
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    INSERT INTO payments.audit_log
        (tenant_id, id, recorded_at, subject, key_id, action, object_id, outcome, code, client_ip,
         trace_id)
    VALUES (p_tenant_id, p_id, payments.clock(), coalesce(p_origin ->> 'subject', p_subject),
            p_origin ->> 'keyId', coalesce(p_origin ->> 'action', p_action), p_object_id,
            p_outcome, p_code, p_origin ->> 'ip', p_origin ->> 'traceId')
$$;
COMMENT ON FUNCTION payments.audit_add(uuid, uuid, text, text, text, text, text, jsonb) IS
    'Writes a row of the audit log. p_origin is where a call came from, {action, ip, traceId, '
    'keyId}, each may be absent; its action, and the subject of a person who asks through the '
    'API''s function, go before p_action and p_subject.';
