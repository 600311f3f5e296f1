CREATE OR REPLACE FUNCTION payments.account_request(
    p_tenant_id uuid, p_account_id uuid, p_operation_id uuid, p_request jsonb
) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object('target', NULL, 'params', jsonb_strip_nulls(jsonb_build_object(
        'type', 'express', 'country', p_request ->> 'country', 'email', p_request ->> 'email',
        'capabilities', '{"transfers": {"requested": true}}'::jsonb,
        'business_profile', CASE WHEN p_request ->> 'businessName' IS NOT NULL
                                 THEN jsonb_build_object('name', p_request ->> 'businessName') END,
        'metadata', jsonb_build_object(
            'operation_id', p_operation_id, 'account_id', p_account_id, 'tenant_id', p_tenant_id,
            'recipient_type', p_request ->> 'recipientType',
            'recipient_id', p_request ->> 'recipientId'))))
$$;
COMMENT ON FUNCTION payments.account_request(uuid, uuid, uuid, jsonb) IS
    'The frozen request of an account operation (Stripe: POST /v1/accounts, express, transfers '
    'requested).';
