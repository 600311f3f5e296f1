CREATE OR REPLACE FUNCTION payments.operation_failed_consequences(
    p_operation payments.stripe_operations, p_verdict text, p_result jsonb, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_due integer := 0;
BEGIN
    IF p_operation.kind = 'transfer' THEN
        v_due := payments.transfer_refused(p_operation, p_verdict, p_now);
    ELSIF p_operation.kind = 'refund' THEN
        PERFORM payments.refund_refused(p_operation.tenant_id, p_operation.subject_id,
                                        p_result ->> 'code', p_now);
    ELSIF p_operation.kind = 'reversal' AND p_verdict = 'fail' THEN
        PERFORM payments.reversal_fail(p_operation.tenant_id, p_operation.subject_id, p_now);
    ELSIF p_operation.kind = 'intent' THEN
        UPDATE payments.payment_transactions AS p
           SET status = 'failed', failure_code = p_result ->> 'code',
               failure_message = left(p_result ->> 'message', 500),
               updated_at = p_now
         WHERE p.tenant_id = p_operation.tenant_id AND p.id = p_operation.payment_id
           AND p.status = 'created';
    ELSIF p_operation.kind = 'account' THEN
        UPDATE payments.connected_accounts AS a
           SET status = 'failed', disabled_reason = left(p_result ->> 'message', 500),
               updated_at = p_now
         WHERE a.tenant_id = p_operation.tenant_id AND a.id = p_operation.subject_id
           AND a.status = 'creating';
    ELSIF p_operation.kind = 'fetch' AND p_operation.request ->> 'resource' = 'accounts'
        AND p_result ->> 'code' = 'account_invalid' THEN
        PERFORM payments.connected_account_apply(p_operation.tenant_id, p_operation.subject_id,
            '{"requirements": {"disabled_reason": "account_invalid"}}', p_now);
    END IF;
    IF p_verdict = 'fail' THEN
        PERFORM payments.idempotency_refuse(p_operation, p_result, p_now);
    END IF;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.operation_failed_consequences(payments.stripe_operations, text, jsonb,
                                                           timestamptz) IS
    'What a definite refusal means for the transfer, reversal, refund, payment or account it was '
    'for, and for the waiting client. Returns how many operations became due.';
