-- owner: payments_system
CREATE OR REPLACE FUNCTION api.operations_unresolved_tenants(p_limit integer)
    RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT DISTINCT o.tenant_id FROM payments.stripe_operations AS o
     WHERE o.state IN ('unknown', 'dead') LIMIT p_limit
$$;
COMMENT ON FUNCTION api.operations_unresolved_tenants(integer) IS
    'Tenants with unknown or dead operations, at most p_limit.';
