CREATE OR REPLACE FUNCTION payments.audits_add(
    p_tenant_id uuid, p_ids uuid[], p_subjects text[], p_action text, p_object_ids text[],
    p_outcome text, p_code text, p_origins jsonb[]
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    INSERT INTO payments.audit_log
        (tenant_id, id, recorded_at, subject, key_id, action, object_id, outcome, code, client_ip,
         trace_id)
    SELECT p_tenant_id, r.id, v_now, coalesce(r.origin ->> 'subject', r.subject),
           r.origin ->> 'keyId', coalesce(r.origin ->> 'action', p_action), r.object_id,
           p_outcome, p_code, r.origin ->> 'ip', r.origin ->> 'traceId'
      FROM unnest((SELECT p_ids), p_subjects, p_object_ids, p_origins)
           AS r (id, subject, object_id, origin);
END
$$;
COMMENT ON FUNCTION payments.audits_add(uuid, uuid[], text[], text, text[], text, text,
                                        jsonb[]) IS
    'Writes rows of the audit log, alike in action and outcome. An origin is where a call came '
    'from, {action, ip, traceId, keyId}, each may be absent; its action, and the subject of a '
    'person who asks through the API''s function, go before p_action and p_subjects.';
