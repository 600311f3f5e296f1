CREATE OR REPLACE FUNCTION api.payment_cancel(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea,
    p_payment_id uuid, p_request jsonb,
    p_lease_seconds numeric, p_trace_context text DEFAULT NULL, p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payment payments.payment_transactions;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(p_tenant_id, p_subject, 'payments.cancel',
                                                          p_idempotency_key,
        p_fingerprint, payments.id_derive(p_tenant_id, 'cancel', p_payment_id::text),
        p_payment_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    v_payment := payments.payment_lock(p_tenant_id, p_payment_id);
    IF v_payment.status NOT IN ('requires_payment_method', 'requires_confirmation',
                                'requires_action', 'requires_capture') THEN
        RAISE EXCEPTION 'a payment in status % cannot be canceled', v_payment.status
            USING ERRCODE = 'PY030', HINT = 'A captured payment is refunded instead.';
    END IF;
    RETURN QUERY SELECT NULL::integer, NULL::jsonb,
        payments.payment_operation_enqueue(v_payment, 'cancel',
        jsonb_strip_nulls(jsonb_build_object('cancellation_reason', CASE
            WHEN p_request ->> 'reason' IN ('duplicate', 'fraudulent', 'requested_by_customer',
                                            'abandoned') THEN p_request ->> 'reason' END)),
        payments.idempotency_id(p_tenant_id, p_subject, 'payments.cancel', p_idempotency_key),
        p_trace_context, p_lease_seconds), false, NULL::text, NULL::text;
    UPDATE payments.payment_intents AS i
       SET cancel_reason = p_request ->> 'reason', updated_at = payments.clock()
     WHERE i.tenant_id = p_tenant_id AND i.id = p_payment_id;
END
$$;
COMMENT ON FUNCTION api.payment_cancel(uuid, text, text, bytea, uuid, jsonb, numeric, text,
                                       jsonb) IS
    'Cancels a payment that was not captured and releases its hold: writes the cancel operation '
    'and returns it for the request to carry. reason is kept as given; Stripe is told it only when '
    'it is one of Stripe''s own words. Raises PY003, PY010, PY030, PY040, PY041.';
