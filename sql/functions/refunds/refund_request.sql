CREATE OR REPLACE FUNCTION payments.refund_request(
    p_tenant_id uuid, p_refund_id uuid, p_payment_id uuid, p_amount bigint, p_reason text,
    p_note text, p_metadata jsonb, p_origin text, p_subject text, p_idempotency_id uuid,
    p_trace_context text, p_lease_seconds numeric
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_payment payments.payment_transactions;
    v_amount bigint;
    v_policy_id uuid;
BEGIN
    v_payment := payments.payment_lock(p_tenant_id, p_payment_id);
    v_amount := payments.refund_amount(v_payment, p_amount);
    v_policy_id := payments.refund_policy_check(v_payment, v_amount, p_reason, p_subject, v_now);
    INSERT INTO payments.payment_refunds
        (tenant_id, id, payment_id, amount, currency, status, reason, note, metadata, origin,
         policy_id, created_by, created_at, updated_at)
    VALUES (p_tenant_id, p_refund_id, p_payment_id, v_amount, v_payment.currency, 'pending',
            p_reason, p_note,
            coalesce(p_metadata, '{}'), p_origin, v_policy_id, p_subject, v_now, v_now);
    RETURN payments.refund_call(v_payment, p_refund_id, v_amount, p_reason, p_idempotency_id,
                                p_trace_context, p_lease_seconds);
END
$$;
COMMENT ON FUNCTION payments.refund_request(uuid, uuid, uuid, bigint, text, text, jsonb, text, text,
                                            uuid, text, numeric) IS
    'Reserves a refund (null amount: all that remains, minor units) and writes its call to Stripe; '
    'returns the call when a request is to carry it. Raises PY010, PY021, PY051, PY052, PY053.';
