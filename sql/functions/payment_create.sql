CREATE OR REPLACE FUNCTION api.payment_create(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea, p_request jsonb,
    p_lease_seconds numeric, p_trace_context text DEFAULT NULL, p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payment_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'payment', p_subject, p_idempotency_key);
    v_operation_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'intent', p_subject, p_idempotency_key);
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'payments.create', p_idempotency_key, p_fingerprint, v_operation_id, v_payment_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    PERFORM payments.currency_check(p_request ->> 'currency', (p_request ->> 'amount')::bigint);
    PERFORM payments.payment_record(p_tenant_id, v_payment_id, p_subject, p_request, v_now);
    PERFORM payments.ledger_accounts_open(p_tenant_id, v_payment_id, p_request ->> 'currency', v_now);
    RETURN QUERY SELECT NULL::integer, NULL::jsonb, payments.operation_enqueue(
        p_tenant_id, 'intent', v_operation_id, v_payment_id, v_payment_id, 'payment:' || v_payment_id,
        payments.intent_request(p_tenant_id, v_payment_id, v_operation_id, p_request),
        payments.idempotency_id(p_tenant_id, p_subject, 'payments.create', p_idempotency_key),
        p_trace_context, p_lease_seconds), false, NULL::text, NULL::text;
END
$$;
COMMENT ON FUNCTION api.payment_create(uuid, text, text, bytea, jsonb, numeric, text, jsonb) IS
    'Writes a payment, its agreed split and the intent operation, and returns that operation, leased and fenced for p_lease_seconds, for the request to carry; or the stored answer when the key was used before. Raises PY003, PY021, PY022, PY023, PY024, PY040, PY041.';
