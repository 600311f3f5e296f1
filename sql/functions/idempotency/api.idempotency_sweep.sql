-- A key goes only when its work is over: with the operation resolved, nobody can need it to take
-- that work over.
CREATE OR REPLACE FUNCTION api.idempotency_sweep(p_tenant_id uuid, p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_swept integer;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    WITH old AS MATERIALIZED (
        SELECT k.id FROM payments.idempotency_keys AS k
         WHERE k.tenant_id = p_tenant_id
           AND k.created_at <= payments.clock() - payments.idempotency_retention()
           AND k.completed_at IS NOT NULL
           AND NOT EXISTS (SELECT FROM payments.stripe_operations AS o
                            WHERE o.tenant_id = p_tenant_id AND o.id = k.operation_id
                              AND o.outcome IS NULL)
         ORDER BY k.created_at
         LIMIT p_limit
           FOR UPDATE OF k SKIP LOCKED
    )
    DELETE FROM payments.idempotency_keys AS k
     USING old AS o
     WHERE k.tenant_id = p_tenant_id AND k.id = o.id;
    GET DIAGNOSTICS v_swept = ROW_COUNT;
    RETURN v_swept;
END
$$;
COMMENT ON FUNCTION api.idempotency_sweep(uuid, integer) IS
    'Forgets up to p_limit answered client keys of a tenant that are past their retention and '
    'whose operations are resolved; returns how many.';
