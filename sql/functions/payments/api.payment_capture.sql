CREATE OR REPLACE FUNCTION api.payment_capture(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea,
    p_payment_id uuid, p_request jsonb,
    p_lease_seconds numeric, p_trace_context text DEFAULT NULL, p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payment payments.payment_transactions;
    v_amount bigint;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(p_tenant_id, p_subject,
                                                          'payments.capture', p_idempotency_key,
        p_fingerprint, payments.id_derive(p_tenant_id, 'capture', p_payment_id::text),
        p_payment_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    v_payment := payments.payment_lock(p_tenant_id, p_payment_id);
    IF v_payment.status <> 'requires_capture' THEN
        RAISE EXCEPTION 'a payment in status % cannot be captured', v_payment.status
            USING ERRCODE = 'PY030';
    END IF;
    IF payments.payment_reviewed(p_tenant_id, p_payment_id) THEN
        RAISE EXCEPTION 'the payment is in review'
            USING ERRCODE = 'PY030', HINT = 'It can be captured once its review is approved.';
    END IF;
    v_amount := coalesce((p_request ->> 'amount')::bigint, v_payment.amount);
    IF v_amount NOT BETWEEN 1 AND v_payment.amount THEN
        RAISE EXCEPTION 'the captured amount must be from 1 to %', v_payment.amount
            USING ERRCODE = 'PY021';
    END IF;
    PERFORM payments.currency_unit_check(v_payment.currency, v_amount);
    RETURN QUERY SELECT NULL::integer, NULL::jsonb,
        payments.payment_operation_enqueue(v_payment, 'capture',
        jsonb_build_object('amount_to_capture', v_amount),
        payments.idempotency_id(p_tenant_id, p_subject, 'payments.capture', p_idempotency_key),
        p_trace_context, p_lease_seconds), false, NULL::text, NULL::text;
END
$$;
COMMENT ON FUNCTION api.payment_capture(uuid, text, text, bytea, uuid, jsonb, numeric, text,
                                        jsonb) IS
    'Captures an authorised payment in whole or, once, in part (amount in minor units): writes the '
    'capture operation and returns it for the request to carry. Raises PY003, PY010, PY021, PY030, '
    'PY040, PY041.';
