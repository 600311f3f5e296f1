CREATE OR REPLACE FUNCTION payments.connected_account_json(p_tenant_id uuid, p_account_id uuid)
RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', a.id, 'recipientType', a.recipient_type, 'recipientId', a.recipient_id,
        'email', a.email, 'country', a.country, 'businessName', a.business_name, 'status', a.status,
        'stripeAccountId', a.stripe_account_id, 'onboardingUrl', a.onboarding_url,
        'onboardingExpiresAt', payments.rfc3339(a.onboarding_expires_at),
        'transfersEnabled', a.transfers_enabled, 'chargesEnabled', a.charges_enabled,
        'payoutsEnabled', a.payouts_enabled, 'requirements', a.requirements,
        'disabledReason', a.disabled_reason,
        'createdAt', payments.rfc3339(a.created_at), 'updatedAt', payments.rfc3339(a.updated_at))
      FROM payments.connected_accounts AS a
     WHERE a.tenant_id = p_tenant_id AND a.id = p_account_id
$$;
COMMENT ON FUNCTION payments.connected_account_json(uuid, uuid) IS
    'The API''s document of a connected account. Null when there is none.';
