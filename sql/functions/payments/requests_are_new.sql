CREATE OR REPLACE FUNCTION payments.requests_are_new(p_tenant_id uuid, p_requests jsonb)
    RETURNS boolean
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT count(*) = count(DISTINCT r.id)
           AND NOT EXISTS (SELECT FROM payments.idempotency_keys AS k
                            WHERE k.tenant_id = p_tenant_id AND k.id = ANY (array_agg(r.id)))
           AND NOT EXISTS (SELECT FROM payments.stripe_operations AS o
                            WHERE o.tenant_id = p_tenant_id
                              AND o.id = ANY (array_agg(r.operation_id)))
      FROM (SELECT payments.idempotency_id(p_tenant_id, e ->> 'subject', 'payments.create',
                                           e ->> 'idempotencyKey') AS id,
                   payments.id_derive(p_tenant_id, 'intent', e ->> 'subject',
                                      e ->> 'idempotencyKey') AS operation_id
              FROM jsonb_array_elements(p_requests) AS e) AS r
$$;
COMMENT ON FUNCTION payments.requests_are_new(uuid, jsonb) IS
    'Whether none of these requests for a payment was seen before, nor comes twice.';
