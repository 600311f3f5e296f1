CREATE OR REPLACE FUNCTION payments.operation_failed_consequences(
    p_operation payments.stripe_operations, p_verdict text, p_result jsonb, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_account record;
BEGIN
    IF p_operation.kind = 'transfer' AND p_verdict <> 'retry' THEN
        UPDATE payments.stripe_transfers AS t
           SET status = CASE p_verdict WHEN 'hold' THEN 'blocked' ELSE 'failed' END, updated_at = p_now
         WHERE t.tenant_id = p_operation.tenant_id AND t.id = p_operation.subject_id;
        IF p_verdict = 'hold' THEN
            -- Our picture of the account is out of date: read it. It releases the hold when Stripe says active.
            SELECT a.id, a.stripe_account_id INTO v_account
              FROM payments.stripe_transfers AS t
              JOIN payments.connected_accounts AS a
                ON a.tenant_id = p_operation.tenant_id AND a.id = t.connected_account_id
             WHERE t.tenant_id = p_operation.tenant_id AND t.id = p_operation.subject_id;
            RETURN payments.fetch_enqueue(p_operation.tenant_id, NULL, v_account.id, 'accounts',
                v_account.stripe_account_id, p_operation.id || ':' || p_operation.generation);
        END IF;
    ELSIF p_operation.kind = 'refund' THEN
        PERFORM payments.refund_refused(p_operation.tenant_id, p_operation.subject_id, p_result ->> 'code', p_now);
    ELSIF p_operation.kind = 'reversal' AND p_verdict = 'fail' THEN
        PERFORM payments.reversal_fail(p_operation.tenant_id, p_operation.subject_id, p_now);
    ELSIF p_operation.kind = 'intent' THEN
        UPDATE payments.payment_transactions AS p
           SET status = 'failed', failure_code = p_result ->> 'code', failure_message = left(p_result ->> 'message', 500),
               updated_at = p_now
         WHERE p.tenant_id = p_operation.tenant_id AND p.id = p_operation.payment_id AND p.status = 'created';
    ELSIF p_operation.kind = 'account' THEN
        UPDATE payments.connected_accounts AS a
           SET status = 'failed', disabled_reason = left(p_result ->> 'message', 500), updated_at = p_now
         WHERE a.tenant_id = p_operation.tenant_id AND a.id = p_operation.subject_id AND a.status = 'creating';
    END IF;
    IF p_verdict = 'fail' THEN
        PERFORM payments.idempotency_refuse(p_operation, p_result, p_now);
    END IF;
    RETURN 0;
END
$$;
COMMENT ON FUNCTION payments.operation_failed_consequences(payments.stripe_operations, text, jsonb, timestamptz) IS
    'What a definite refusal means for the transfer, payment or account it was for, and for the waiting client. Returns how many operations became due.';
