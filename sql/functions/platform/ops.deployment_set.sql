CREATE OR REPLACE FUNCTION ops.deployment_set(p_environment text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.owner_check();
    IF p_environment IS NULL OR p_environment NOT IN ('production', 'development', 'test') THEN
        RAISE EXCEPTION 'environment is production, development or test' USING ERRCODE = 'PY020';
    END IF;
    IF p_environment <> 'production' AND EXISTS (
        SELECT FROM payments.deployment AS d WHERE d.environment = 'production'
    ) AND payments.tenant_exists() THEN
        RAISE EXCEPTION 'a production database with tenants stays a production database'
            USING ERRCODE = 'PY061';
    END IF;
    UPDATE payments.deployment AS d SET environment = p_environment
     WHERE d.environment IS DISTINCT FROM p_environment;
    RETURN p_environment;
END
$$;
COMMENT ON FUNCTION ops.deployment_set(text) IS
    'Declares what this database is: production, development or test, and returns it. Raises PY020 '
    '(unknown word), PY070, PY061 (production with tenants). Example: SELECT '
    'ops.deployment_set(''development'');';
