CREATE OR REPLACE FUNCTION payments.intent_request(
    p_tenant_id uuid, p_payment_id uuid, p_operation_id uuid, p_request jsonb,
    p_decision text DEFAULT NULL
) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object('target', NULL, 'params', jsonb_strip_nulls(jsonb_build_object(
        'amount', p_request -> 'amount', 'currency', p_request -> 'currency',
        'capture_method', CASE WHEN p_request ->> 'captureMethod' = 'manual'
        OR p_decision = 'review' THEN 'manual' ELSE 'automatic_async' END,
        'automatic_payment_methods', '{"enabled": true}'::jsonb,
        'transfer_group', 'pay_' || p_payment_id,
        'description', p_request ->> 'description', 'receipt_email', p_request ->> 'receiptEmail',
        'metadata', coalesce(p_request -> 'metadata', '{}') || jsonb_build_object(
            'operation_id', p_operation_id, 'payment_id', p_payment_id, 'tenant_id', p_tenant_id,
            'order_id', p_request ->> 'orderId'))))
$$;
COMMENT ON FUNCTION payments.intent_request(uuid, uuid, uuid, jsonb, text) IS
    'The frozen request of an intent operation (Stripe: POST /v1/payment_intents). '
    'metadata.operation_id is how a lost answer is found again. A payment decided to review is '
    'only authorised.';
