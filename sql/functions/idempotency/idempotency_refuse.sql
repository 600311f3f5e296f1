CREATE OR REPLACE FUNCTION payments.idempotency_refuse(
    p_operation payments.stripe_operations, p_result jsonb, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF p_operation.idempotency_id IS NULL THEN
        RETURN;
    END IF;
    UPDATE payments.idempotency_keys AS k
       SET problem = payments.provider_problem(p_result ->> 'type', p_result ->> 'code'),
           problem_detail = left(coalesce(p_result ->> 'message', 'Stripe refused the request'),
                                 500), completed_at = p_now
     WHERE k.tenant_id = p_operation.tenant_id AND k.id = p_operation.idempotency_id
       AND k.completed_at IS NULL;
    IF FOUND THEN
        PERFORM payments.audit_add(p_operation.tenant_id, gen_random_uuid(), 'stripe', 'stripe.'
                                   || p_operation.kind,
            p_operation.subject_id::text, 'declined',
            payments.provider_problem(p_result ->> 'type', p_result ->> 'code'),
            jsonb_build_object('traceId',
                               nullif(split_part(p_operation.trace_context, '-', 2), '')));
    END IF;
END
$$;
COMMENT ON FUNCTION payments.idempotency_refuse(payments.stripe_operations, jsonb, timestamptz) IS
    'Stores Stripe''s refusal as the answer of the client request behind an operation.';
