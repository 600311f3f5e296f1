CREATE OR REPLACE FUNCTION ops.operation_cancel(p_tenant_id uuid, p_operation_id uuid,
                                                p_reason text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_operation payments.stripe_operations;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    PERFORM payments.reason_check(p_reason);
    SELECT o.* INTO v_operation FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id;
    IF v_operation.payment_id IS NOT NULL THEN
        PERFORM payments.payment_lock(p_tenant_id, v_operation.payment_id);
    END IF;
    SELECT o.* INTO v_operation FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such operation' USING ERRCODE = 'PY010';
    END IF;
    IF v_operation.state <> 'ready' OR v_operation.first_sent_at IS NOT NULL THEN
        RAISE EXCEPTION 'a % operation may have reached Stripe', v_operation.state
            USING ERRCODE = 'PY030',
                HINT = 'Only what was never sent can be called off. Retry it: Stripe is asked '
                       'first what became of it.';
    END IF;
    UPDATE payments.stripe_operations AS o
       SET state = 'failed', outcome = 'failed', finished_at = v_now, updated_at = v_now,
           last_error_code = 'canceled_by_operator', last_error = p_reason
     WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id;
    PERFORM payments.operation_failed_consequences(v_operation, 'fail',
        jsonb_build_object('code', 'canceled_by_operator', 'message', p_reason), v_now);
    PERFORM payments.audit_act(p_tenant_id, 'operation_cancel', p_operation_id::text);
END
$$;
COMMENT ON FUNCTION ops.operation_cancel(uuid, uuid, text) IS
    'Calls off an operation that was never sent: a refund lifts its reservation, a transfer stays '
    'owed as failed and can be retried. Raises PY010, PY020 (no reason), PY030 (it may have '
    'reached Stripe), PY070. Example: SELECT ops.operation_cancel(''…'', ''…'', ''wrong payee'');';
