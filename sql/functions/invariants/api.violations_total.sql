-- owner: payments_system
CREATE OR REPLACE FUNCTION api.violations_total() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT count(f.tenant_id) FROM payments.violations_found AS f
$$;
COMMENT ON FUNCTION api.violations_total() IS
    'How many breaches of money invariants the workers'' check knows of, over all tenants, for the '
    'metrics.';
