CREATE OR REPLACE FUNCTION ops.aml_limit_set(
    p_tenant_id uuid, p_currency text, p_day bigint DEFAULT NULL, p_month bigint DEFAULT NULL,
    p_structuring bigint DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    IF p_day <= 0 OR p_month <= 0 OR p_structuring <= 0
       OR (p_currency = 'all' OR EXISTS (SELECT FROM payments.currencies AS c
                                          WHERE c.currency = p_currency)) IS NOT TRUE THEN
        RAISE EXCEPTION 'a limit is of a currency we know, or all, and above 0'
            USING ERRCODE = 'PY020';
    END IF;
    IF p_currency = 'all' AND NOT EXISTS (SELECT FROM payments.aml_settings AS s
                                           WHERE s.tenant_id = p_tenant_id
                                             AND s.reporting_currency IS NOT NULL) THEN
        RAISE EXCEPTION 'sums over all currencies need a reporting currency'
            USING ERRCODE = 'PY020', HINT = 'ops.aml_settings_set';
    END IF;
    PERFORM payments.audit_act(p_tenant_id, 'aml_limit_set', p_currency);
    RETURN payments.aml_settings_store(p_tenant_id, NULL, NULL,
        jsonb_build_object('currency', p_currency, 'day', p_day, 'month', p_month,
                           'structuring', p_structuring), session_user);
END
$$;
COMMENT ON FUNCTION ops.aml_limit_set(uuid, text, bigint, bigint, bigint) IS
    'Sets from which sums of 24 hours and 30 days, and below which threshold, a person looks at a '
    'customer''s payment in a currency (all: converted); minor units; none given removes them. '
    'Returns the new version of the settings. Raises PY010, PY020, PY070. Example: SELECT '
    'ops.aml_limit_set(''…'', ''eur'', 1000000, 1500000, 1000000);';
