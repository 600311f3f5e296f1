CREATE OR REPLACE FUNCTION payments.onboarding_link_store(
    p_tenant_id uuid, p_account_id uuid, p_object jsonb, p_now timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    UPDATE payments.connected_accounts AS a
       SET onboarding_url = p_object ->> 'url',
           onboarding_expires_at = payments.from_epoch(p_object ->> 'expires_at'),
           updated_at = p_now
     WHERE a.tenant_id = p_tenant_id AND a.id = p_account_id
$$;
COMMENT ON FUNCTION payments.onboarding_link_store(uuid, uuid, jsonb, timestamptz) IS
    'Stores the newest onboarding link of an account.';
