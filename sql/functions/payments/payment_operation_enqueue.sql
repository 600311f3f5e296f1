CREATE OR REPLACE FUNCTION payments.payment_operation_enqueue(
    p_payment payments.payment_transactions, p_kind text, p_params jsonb,
    p_idempotency_id uuid DEFAULT NULL, p_trace_context text DEFAULT NULL,
    p_lease_seconds numeric DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_lock_key CONSTANT text := 'payment:' || p_payment.id;
    v_target text;
BEGIN
    IF p_lease_seconds IS NOT NULL AND EXISTS (
        SELECT FROM payments.stripe_operations AS o
         WHERE o.tenant_id = p_payment.tenant_id AND o.payment_id = p_payment.id
           AND o.lock_key = v_lock_key AND o.outcome IS NULL) THEN
        RAISE EXCEPTION 'another call for this payment is under way' USING ERRCODE = 'PY030';
    END IF;
    SELECT i.stripe_payment_intent_id INTO v_target FROM payments.payment_intents AS i
     WHERE i.tenant_id = p_payment.tenant_id AND i.id = p_payment.id;
    RETURN payments.operation_enqueue(p_payment.tenant_id, jsonb_build_object(
        'id', payments.id_derive(p_payment.tenant_id, p_kind, p_payment.id::text), 'kind', p_kind,
        'paymentId', p_payment.id, 'subjectId', p_payment.id, 'lockKey', v_lock_key,
        'request', jsonb_build_object('target', v_target, 'params', p_params),
        'idempotencyId', p_idempotency_id, 'traceContext', p_trace_context), p_lease_seconds);
END
$$;
COMMENT ON FUNCTION payments.payment_operation_enqueue(payments.payment_transactions, text, jsonb,
                                                       uuid, text, numeric) IS
    'Writes a capture or cancel operation for a locked payment. With a lease it is returned for '
    'the request to carry, and refused with PY030 when another call for the payment is unresolved; '
    'without one it waits its turn, and a worker takes it.';
