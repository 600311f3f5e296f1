-- owner: payments_system
CREATE OR REPLACE FUNCTION api.tenants_page(p_after uuid, p_limit integer)
    RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT t.tenant_id FROM payments.tenants AS t
     WHERE p_after IS NULL OR t.tenant_id > p_after
     ORDER BY t.tenant_id
     LIMIT p_limit
$$;
COMMENT ON FUNCTION api.tenants_page(uuid, integer) IS
    'The next tenants after one (null: the first), disabled ones included, for work that goes over '
    'all of them.';
