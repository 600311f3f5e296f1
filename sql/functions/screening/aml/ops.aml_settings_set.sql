CREATE OR REPLACE FUNCTION ops.aml_settings_set(
    p_tenant_id uuid, p_name_score integer DEFAULT NULL, p_reporting_currency text DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    IF p_name_score NOT BETWEEN 50 AND 100
       OR (p_reporting_currency IS NOT NULL
           AND NOT EXISTS (SELECT FROM payments.currencies AS c
                            WHERE c.currency = p_reporting_currency)) THEN
        RAISE EXCEPTION 'a name score is from 50 to 100, a reporting currency one we know'
            USING ERRCODE = 'PY020';
    END IF;
    PERFORM payments.audit_act(p_tenant_id, 'aml_settings_set', 'settings');
    RETURN payments.aml_settings_store(p_tenant_id, p_name_score, p_reporting_currency, NULL,
                                       session_user);
END
$$;
COMMENT ON FUNCTION ops.aml_settings_set(uuid, integer, text) IS
    'Sets from which likeness (50 to 100) a person looks at a payee''s name, and in which currency '
    'sums over all currencies are made; returns the new version of the settings. Raises PY010, '
    'PY020, PY070. Example: SELECT ops.aml_settings_set(''…'', 85, ''eur'');';
