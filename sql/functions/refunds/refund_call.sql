CREATE OR REPLACE FUNCTION payments.refund_call(
    p_payment payments.payment_transactions, p_refund_id uuid, p_amount bigint, p_reason text,
    p_idempotency_id uuid, p_trace_context text, p_lease_seconds numeric
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_operation_id CONSTANT uuid := payments.id_derive(p_payment.tenant_id, 'refund_call',
                                                       p_refund_id::text);
    v_lock_key CONSTANT text := 'payment:' || p_payment.id;
    v_target text;
    v_busy boolean;
BEGIN
    SELECT i.stripe_payment_intent_id INTO v_target
      FROM payments.payment_intents AS i
     WHERE i.tenant_id = p_payment.tenant_id AND i.id = p_payment.id;
    -- One unresolved call per payment: behind another one the refund waits in the queue.
    v_busy := EXISTS (SELECT FROM payments.stripe_operations AS o
                       WHERE o.tenant_id = p_payment.tenant_id AND o.payment_id = p_payment.id
                         AND o.lock_key = v_lock_key AND o.outcome IS NULL);
    RETURN payments.operation_enqueue(p_payment.tenant_id, jsonb_build_object(
        'id', v_operation_id, 'kind', 'refund', 'paymentId', p_payment.id,
        'subjectId', p_refund_id, 'lockKey', v_lock_key, 'idempotencyId', p_idempotency_id,
        'traceContext', p_trace_context,
        'request', jsonb_build_object('target', NULL, 'params', jsonb_strip_nulls(
            jsonb_build_object(
                'payment_intent', v_target, 'amount', p_amount,
                'reason', CASE WHEN p_reason IN ('duplicate', 'fraudulent',
                                                 'requested_by_customer') THEN p_reason END,
                'metadata', jsonb_build_object(
                    'operation_id', v_operation_id, 'refund_id', p_refund_id,
                    'payment_id', p_payment.id, 'tenant_id', p_payment.tenant_id))))),
        CASE WHEN v_busy THEN NULL ELSE p_lease_seconds END);
END
$$;
COMMENT ON FUNCTION payments.refund_call(payments.payment_transactions, uuid, bigint, text, uuid,
                                         text, numeric) IS
    'Writes the refund operation of a locked payment (Stripe: POST /v1/refunds) and returns it '
    'when a request is to carry it.';
