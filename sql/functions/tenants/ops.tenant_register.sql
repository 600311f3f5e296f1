CREATE OR REPLACE FUNCTION ops.tenant_register(
    p_tenant_id uuid, p_name text, p_return_url text DEFAULT NULL, p_refresh_url text DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.owner_check();
    PERFORM payments.tenant_enter(p_tenant_id);
    IF coalesce(length(p_name), 0) NOT BETWEEN 1 AND 200 THEN
        RAISE EXCEPTION 'a tenant needs a name of 1 to 200 characters' USING ERRCODE = 'PY020';
    END IF;
    INSERT INTO payments.tenants
        (tenant_id, name, status, onboarding_return_url, onboarding_refresh_url, created_at,
         updated_at)
    VALUES (p_tenant_id, p_name, 'active',
            coalesce(p_return_url, 'https://example.com/onboarding/return'),
            coalesce(p_refresh_url, 'https://example.com/onboarding/refresh'), v_now, v_now)
    ON CONFLICT (tenant_id) DO UPDATE
        SET name = excluded.name,
            onboarding_return_url = coalesce(p_return_url, tenants.onboarding_return_url),
            onboarding_refresh_url = coalesce(p_refresh_url, tenants.onboarding_refresh_url),
            updated_at = v_now;
    IF NOT EXISTS (SELECT FROM payments.fraud_rulesets AS s WHERE s.tenant_id = p_tenant_id)
       AND NOT EXISTS (SELECT FROM payments.payment_transactions AS p
                        WHERE p.tenant_id = p_tenant_id) THEN
        PERFORM payments.fraud_rules_store(p_tenant_id, payments.fraud_rules_default(), 50, 100,
                                           session_user);
    END IF;
    PERFORM payments.audit_act(p_tenant_id, 'tenant_register', p_tenant_id::text);
    RETURN p_tenant_id;
END
$$;
COMMENT ON FUNCTION ops.tenant_register(uuid, text, text, text) IS
    'Registers a tenant, with the default fraud rules, or renames it, and returns its id. The URLs '
    'are where Stripe sends payees after onboarding. Raises PY001, PY020, PY070. Example: SELECT '
    'ops.tenant_register(gen_random_uuid(), ''Blue Note'');';
