-- owner: payments_system
CREATE OR REPLACE FUNCTION api.escrows_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    SELECT t.tenant_id FROM payments.tenants AS t
     WHERE EXISTS (SELECT e.tenant_id FROM payments.escrows AS e
                    WHERE e.tenant_id = t.tenant_id AND e.status IN ('held', 'partially_released') AND e.hold_until <= v_now)
     LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION api.escrows_due(integer) IS 'Tenants with escrows whose time has come.';
