CREATE OR REPLACE FUNCTION payments.operation_enqueue(p_tenant_id uuid, p_call jsonb,
                                                      p_lease_seconds numeric DEFAULT NULL)
RETURNS jsonb
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    SELECT e.operation
      FROM payments.operations_enqueue(p_tenant_id, jsonb_build_array(p_call),
                                       p_lease_seconds) AS e
$$;
COMMENT ON FUNCTION payments.operation_enqueue(uuid, jsonb, numeric) IS
    'operations_enqueue for one call; returns its document when it was written under a lease, else '
    'null.';
