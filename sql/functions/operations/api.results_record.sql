CREATE OR REPLACE FUNCTION api.results_record(p_tenant_id uuid, p_results jsonb)
RETURNS TABLE (operation_id uuid, applied boolean, enqueued integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_transfers record;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    SELECT r.* INTO v_transfers FROM payments.transfers_record(p_tenant_id, p_results) AS r;
    RETURN QUERY SELECT t.id, true, v_transfers.enqueued
        FROM unnest(v_transfers.operation_ids) AS t (id);
    -- By payment, then by id: each locks its payment first, and two batches must never wait for
    -- each other.
    RETURN QUERY
    WITH ended AS MATERIALIZED (
        SELECT (e ->> 'operationId')::uuid AS id, (e ->> 'leaseEpoch')::bigint AS epoch,
               e -> 'result' AS result
          FROM jsonb_array_elements(p_results) AS e
    )
    SELECT i.id, r.applied, r.enqueued
      FROM (SELECT e.id, e.epoch, e.result FROM ended AS e
              LEFT JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.id = e.id
             WHERE e.id <> ALL (v_transfers.operation_ids)
             ORDER BY o.payment_id, e.id) AS i
     CROSS JOIN LATERAL payments.operation_record(p_tenant_id, i.id, i.epoch, i.result) AS r;
END
$$;
COMMENT ON FUNCTION api.results_record(uuid, jsonb) IS
    'Hands a worker''s results back, an array of {operationId, leaseEpoch, result}; per operation '
    'whether it applied and how many operations became due. All or none: on an error repeat one by '
    'one. Raises PY001, PY002, PY010.';
