CREATE OR REPLACE FUNCTION api.dispute_evidence_submit(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea,
    p_dispute_id uuid, p_request jsonb, p_lease_seconds numeric, p_trace_context text DEFAULT NULL,
    p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_operation_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'evidence', p_dispute_id::text);
    v_dispute payments.disputes;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'disputes.evidence', p_idempotency_key, p_fingerprint,
        v_operation_id, p_dispute_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT d.* INTO v_dispute FROM payments.disputes AS d WHERE d.tenant_id = p_tenant_id
       AND d.id = p_dispute_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such dispute' USING ERRCODE = 'PY010';
    END IF;
    IF v_dispute.status NOT IN ('needs_response', 'warning_needs_response')
        OR v_dispute.evidence_due_by < payments.clock()
       OR EXISTS (SELECT FROM payments.stripe_operations AS o
                   WHERE o.tenant_id = p_tenant_id AND o.id = v_operation_id
                     AND o.state <> 'failed') THEN
        RAISE EXCEPTION 'evidence is no longer taken' USING ERRCODE = 'PY030';
    END IF;
    RETURN QUERY SELECT NULL::integer, NULL::jsonb, payments.operation_enqueue(
        p_tenant_id, jsonb_build_object(
            'id', v_operation_id, 'kind', 'evidence', 'paymentId', v_dispute.payment_id,
            'subjectId', p_dispute_id, 'lockKey', 'dispute:' || p_dispute_id,
            'request', jsonb_build_object(
                'target', v_dispute.stripe_dispute_id, 'params', jsonb_build_object(
                    'evidence', p_request -> 'evidence', 'submit', true, 'metadata',
                    jsonb_build_object('operation_id', v_operation_id, 'tenant_id',
                                       p_tenant_id))),
            'idempotencyId', payments.idempotency_id(p_tenant_id, p_subject, 'disputes.evidence',
                                                     p_idempotency_key),
            'traceContext', p_trace_context), p_lease_seconds), false, NULL::text, NULL::text;
END
$$;
COMMENT ON FUNCTION api.dispute_evidence_submit(uuid, text, text, bytea, uuid, jsonb, numeric, text,
                                                jsonb) IS
    'Submits evidence for an open dispute, once and before its deadline: returns the operation for '
    'the request to carry. Raises PY003, PY010, PY030, PY040, PY041.';
