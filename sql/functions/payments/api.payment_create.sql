CREATE OR REPLACE FUNCTION api.payment_create(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea, p_request jsonb,
    p_lease_seconds numeric, p_trace_context text DEFAULT NULL, p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payment_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'payment', p_subject,
                                                     p_idempotency_key);
    v_operation_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'intent', p_subject,
                                                       p_idempotency_key);
    v_idempotency_id CONSTANT uuid := payments.idempotency_id(p_tenant_id, p_subject,
        'payments.create', p_idempotency_key);
    v_now timestamptz := payments.clock();
    v_decisions text[];
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'payments.create', p_idempotency_key, p_fingerprint, v_operation_id,
        v_payment_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    PERFORM payments.currency_check(p_request ->> 'currency', (p_request ->> 'amount')::bigint);
    PERFORM payments.payment_record(p_tenant_id, v_payment_id, p_subject, p_request, v_now);
    PERFORM payments.ledger_accounts_open(p_tenant_id, v_payment_id, p_request ->> 'currency',
                                          v_now);
    v_decisions := payments.fraud_check_requests(p_tenant_id, ARRAY[v_payment_id], ARRAY[p_request],
                                                 v_now);
    v_decisions := payments.aml_check_requests(p_tenant_id, ARRAY[v_payment_id], ARRAY[p_request],
                                               v_decisions, v_now);
    IF v_decisions[1] = 'block' THEN
        PERFORM payments.payments_block(p_tenant_id, ARRAY[v_payment_id], ARRAY[v_idempotency_id],
                                        v_decisions, v_now);
        RETURN QUERY SELECT NULL::integer, NULL::jsonb, NULL::jsonb, false, k.problem,
            k.problem_detail
          FROM payments.idempotency_keys AS k WHERE k.tenant_id = p_tenant_id
           AND k.id = v_idempotency_id;
        RETURN;
    END IF;
    RETURN QUERY SELECT NULL::integer, NULL::jsonb, payments.operation_enqueue(
        p_tenant_id, 'intent', v_operation_id, v_payment_id, v_payment_id, 'payment:'
        || v_payment_id,
        payments.intent_request(p_tenant_id, v_payment_id, v_operation_id, p_request,
                                v_decisions[1]), v_idempotency_id,
        p_trace_context, p_lease_seconds), false, NULL::text, NULL::text;
END
$$;
COMMENT ON FUNCTION api.payment_create(uuid, text, text, bytea, jsonb, numeric, text, jsonb) IS
    'Writes a payment, its agreed split and the intent operation, and returns that operation, '
    'leased and fenced for p_lease_seconds, for the request to carry; or the stored answer when '
    'the key was used before, or payment_blocked when the fraud rules refuse it. Raises PY003, '
    'PY021, PY022, PY023, PY024, PY040, PY041.';
