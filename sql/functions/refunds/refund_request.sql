CREATE OR REPLACE FUNCTION payments.refund_request(
    p_tenant_id uuid, p_refund_id uuid, p_payment_id uuid, p_refund jsonb,
    p_idempotency_id uuid DEFAULT NULL, p_trace_context text DEFAULT NULL,
    p_lease_seconds numeric DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_reason CONSTANT text := p_refund ->> 'reason';
    v_subject CONSTANT text := p_refund ->> 'subject';
    v_payment payments.payment_transactions;
    v_amount bigint;
    v_policy_id uuid;
BEGIN
    v_payment := payments.payment_lock(p_tenant_id, p_payment_id);
    v_amount := payments.refund_amount(v_payment, (p_refund ->> 'amount')::bigint);
    v_policy_id := payments.refund_policy_check(v_payment, v_amount, v_reason, v_subject, v_now);
    INSERT INTO payments.payment_refunds
        (tenant_id, id, payment_id, amount, currency, status, reason, note, metadata, origin,
         policy_id, created_by, created_at, updated_at)
    VALUES (p_tenant_id, p_refund_id, p_payment_id, v_amount, v_payment.currency, 'pending',
            v_reason, p_refund ->> 'note', coalesce(p_refund -> 'metadata', '{}'),
            p_refund ->> 'origin', v_policy_id, v_subject, v_now, v_now);
    RETURN payments.refund_call(v_payment, p_refund_id, v_amount, v_reason, p_idempotency_id,
                                p_trace_context, p_lease_seconds);
END
$$;
COMMENT ON FUNCTION payments.refund_request(uuid, uuid, uuid, jsonb, uuid, text, numeric) IS
    'Reserves a refund {amount, reason, note, metadata, origin, subject} (no amount: all that '
    'remains, minor units) and writes its call to Stripe; returns the call when a request is to '
    'carry it. Raises PY010, PY021, PY051, PY052, PY053.';
