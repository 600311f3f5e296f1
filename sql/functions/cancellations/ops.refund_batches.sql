CREATE OR REPLACE FUNCTION ops.refund_batches(p_tenant_id uuid)
RETURNS TABLE (batch_id uuid, show_id text, status text, total bigint, reason text, created_by text,
               started_at timestamptz, finished_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT b.id, b.show_id, j.body ->> 'status', b.total, b.reason, b.created_by, b.started_at,
           (j.body ->> 'finishedAt')::timestamptz
      FROM payments.refund_batches AS b
     CROSS JOIN LATERAL (SELECT payments.refund_batch_json(p_tenant_id, b.id) AS body) AS j
     WHERE b.tenant_id = p_tenant_id ORDER BY b.started_at DESC, b.id;
END
$$;
COMMENT ON FUNCTION ops.refund_batches(uuid) IS
    'The canceled events of a tenant, newest first. Raises PY070. Example: SELECT * FROM '
    'ops.refund_batches(''…'');';
