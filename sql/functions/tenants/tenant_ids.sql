-- owner: payments_system
CREATE OR REPLACE FUNCTION payments.tenant_ids() RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$ SELECT t.tenant_id FROM payments.tenants AS t ORDER BY t.tenant_id $$;
COMMENT ON FUNCTION payments.tenant_ids() IS 'Ids of all tenants.';
