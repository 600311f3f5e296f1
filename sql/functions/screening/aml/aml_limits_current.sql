CREATE OR REPLACE FUNCTION payments.aml_limits_current(p_tenant_id uuid)
RETURNS TABLE (version integer, reporting_currency text, currency text, day_limit bigint,
               month_limit bigint, structuring_limit bigint)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT s.version, s.reporting_currency, l.currency, l.day_limit, l.month_limit,
           l.structuring_limit
      FROM (SELECT newest.version, newest.reporting_currency FROM payments.aml_settings AS newest
             WHERE newest.tenant_id = p_tenant_id ORDER BY newest.version DESC LIMIT 1) AS s
      JOIN payments.aml_limits AS l ON l.tenant_id = p_tenant_id AND l.version = s.version;
END
$$;
COMMENT ON FUNCTION payments.aml_limits_current(uuid) IS
    'The limits in force; currency all is in the reporting currency. No row: sums are not '
    'screened.';
