CREATE OR REPLACE FUNCTION api.requests_record(p_tenant_id uuid, p_results jsonb)
RETURNS TABLE (ordinal bigint, status integer, body jsonb, operation jsonb, replayed boolean,
               problem text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_intents uuid[];
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    v_intents := payments.intents_record(p_tenant_id, p_results);
    RETURN QUERY
    SELECT e.ordinality, a.status, a.body, a.operation, a.replayed, a.problem, a.detail
      FROM jsonb_array_elements(p_results) WITH ORDINALITY AS e
     CROSS JOIN LATERAL payments.operation_response(p_tenant_id, (e.value ->> 'operationId')::uuid,
                                                    false) AS a
     WHERE (e.value ->> 'operationId')::uuid = ANY (v_intents);
    -- In the order of results_record, so that two batches never wait for each other.
    RETURN QUERY
    WITH ended AS MATERIALIZED (
        SELECT e.ordinality AS n, (e.value ->> 'operationId')::uuid AS id,
               (e.value ->> 'leaseEpoch')::bigint AS epoch, e.value -> 'result' AS result
          FROM jsonb_array_elements(p_results) WITH ORDINALITY AS e
    )
    SELECT i.n, a.status, a.body, a.operation, a.replayed, a.problem, a.detail
      FROM (SELECT e.n, e.id, e.epoch, e.result FROM ended AS e
              LEFT JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.id = e.id
             WHERE e.id <> ALL (v_intents)
             ORDER BY o.payment_id, e.id) AS i
     CROSS JOIN LATERAL api.request_record(p_tenant_id, i.id, i.epoch, i.result) AS a;
END
$$;
COMMENT ON FUNCTION api.requests_record(uuid, jsonb) IS
    'request_record for requests whose answers came together, in one commit: an array of '
    '{operationId, leaseEpoch, result}; ordinal counts from 1. All or none: on an error repeat one '
    'by one. Raises PY001, PY002, PY010.';
