CREATE OR REPLACE FUNCTION api.results_record(p_tenant_id uuid, p_results jsonb)
RETURNS TABLE (operation_id uuid, applied boolean, enqueued integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    RETURN QUERY SELECT r.operation_id, r.applied, r.enqueued
      FROM payments.operations_record(p_tenant_id, p_results) AS r;
END
$$;
COMMENT ON FUNCTION api.results_record(uuid, jsonb) IS
    'Hands a worker''s results back, an array of {operationId, leaseEpoch, result}; per operation '
    'whether it applied and how many operations became due. All or none: on an error repeat one by '
    'one. Raises PY001, PY002, PY010.';
