-- owner: payments_system
CREATE OR REPLACE FUNCTION payments.tenant_exists() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$ SELECT EXISTS (SELECT t.tenant_id FROM payments.tenants AS t) $$;
COMMENT ON FUNCTION payments.tenant_exists() IS 'Whether any tenant is registered.';
