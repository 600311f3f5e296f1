CREATE OR REPLACE FUNCTION api.operation_traces(p_tenant_id uuid, p_operation_ids uuid[])
RETURNS TABLE (operation_id uuid, trace_context text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    RETURN QUERY
    SELECT o.id, payments.operation_trace(o)
      FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.id = ANY (p_operation_ids);
END
$$;
COMMENT ON FUNCTION api.operation_traces(uuid, uuid[]) IS
    'traceparent of the requests that operations go back to, for the events that name them; one '
    'row per operation that is there. Raises PY001, PY002.';
