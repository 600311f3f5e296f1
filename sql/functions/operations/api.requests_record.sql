CREATE OR REPLACE FUNCTION api.requests_record(p_tenant_id uuid, p_results jsonb)
RETURNS TABLE (ordinal bigint, status integer, body jsonb, operation jsonb, replayed boolean,
               problem text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    RETURN QUERY
    SELECT r.ordinal, a.status, a.body, r.next_operation, false, a.problem, a.detail
      FROM payments.operations_record(p_tenant_id, p_results) AS r
      LEFT JOIN LATERAL payments.operation_response(p_tenant_id, r.operation_id, false) AS a
        ON r.next_operation IS NULL;
END
$$;
COMMENT ON FUNCTION api.requests_record(uuid, jsonb) IS
    'Hands Stripe''s answers to requests'' own operations back, in one commit: an array of '
    '{operationId, leaseEpoch, result}; ordinal counts from 1. Returns the answer for each client, '
    'or a follow-up operation to carry; 202 while the outcome is not known. All or none: on an '
    'error repeat one by one. Raises PY001, PY002, PY010.';
