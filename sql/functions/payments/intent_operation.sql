CREATE OR REPLACE FUNCTION payments.intent_operation(p_tenant_id uuid, p_call jsonb,
                                                     p_decision text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT jsonb_build_object(
        'id', p_call -> 'operationId', 'kind', 'intent', 'paymentId', p_call -> 'objectId',
        'subjectId', p_call -> 'objectId', 'lockKey', 'payment:' || (p_call ->> 'objectId'),
        'idempotencyId', p_call -> 'keyId', 'traceContext', p_call -> 'traceContext',
        'request', jsonb_build_object('target', NULL, 'params', jsonb_strip_nulls(
            jsonb_build_object(
                'amount', p_call #> '{request,amount}', 'currency', p_call #> '{request,currency}',
                'capture_method', CASE WHEN p_call #>> '{request,captureMethod}' = 'manual'
                                         OR p_decision = 'review' THEN 'manual'
                                       ELSE 'automatic_async' END,
                'automatic_payment_methods', '{"enabled": true}'::jsonb,
                'transfer_group', 'pay_' || (p_call ->> 'objectId'),
                'description', p_call #>> '{request,description}',
                'receipt_email', p_call #>> '{request,receiptEmail}',
                'metadata', coalesce(p_call #> '{request,metadata}', '{}') || jsonb_build_object(
                    'operation_id', p_call -> 'operationId', 'payment_id', p_call -> 'objectId',
                    'tenant_id', p_tenant_id, 'order_id', p_call #>> '{request,orderId}')))))
$$;
COMMENT ON FUNCTION payments.intent_operation(uuid, jsonb, text) IS
    'The operation that makes a payment''s intent, with its frozen request (Stripe: POST '
    '/v1/payment_intents). metadata.operation_id is how a lost answer is found again. A payment '
    'decided to review is only authorised.';
