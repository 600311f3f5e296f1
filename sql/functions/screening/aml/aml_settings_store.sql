CREATE OR REPLACE FUNCTION payments.aml_settings_store(
    p_tenant_id uuid, p_name_score integer, p_reporting_currency text, p_limit jsonb, p_by text
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_last payments.aml_settings;
    v_version integer;
BEGIN
    PERFORM FROM payments.tenants AS t WHERE t.tenant_id = p_tenant_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'PY010';
    END IF;
    SELECT s.* INTO v_last FROM payments.aml_settings AS s WHERE s.tenant_id = p_tenant_id
     ORDER BY s.version DESC LIMIT 1;
    v_version := coalesce(v_last.version, 0) + 1;
    INSERT INTO payments.aml_settings (tenant_id, version, name_score, reporting_currency,
                                       created_at, created_by)
    VALUES (p_tenant_id, v_version, coalesce(p_name_score, v_last.name_score, 75),
            coalesce(p_reporting_currency, v_last.reporting_currency), payments.clock(), p_by);
    INSERT INTO payments.aml_limits (tenant_id, version, currency, day_limit, month_limit,
                                     structuring_limit)
    SELECT p_tenant_id, v_version, l.currency, l.day_limit, l.month_limit, l.structuring_limit
      FROM payments.aml_limits AS l
     WHERE l.tenant_id = p_tenant_id AND l.version = v_last.version
       AND l.currency IS DISTINCT FROM p_limit ->> 'currency'
    UNION ALL
    SELECT p_tenant_id, v_version, p_limit ->> 'currency', (p_limit ->> 'day')::bigint,
           (p_limit ->> 'month')::bigint, (p_limit ->> 'structuring')::bigint
     WHERE num_nonnulls(p_limit ->> 'day', p_limit ->> 'month', p_limit ->> 'structuring') > 0;
    RETURN v_version;
END
$$;
COMMENT ON FUNCTION payments.aml_settings_store(uuid, integer, text, jsonb, text) IS
    'Puts the next version of a tenant''s AML settings in force, with what is given changed, and '
    'returns its number. Raises PY010.';
