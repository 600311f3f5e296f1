CREATE OR REPLACE FUNCTION payments.reversals_enqueue(
    p_tenant_id uuid, p_transfer_id uuid, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_target text;
    v_reversal record;
    v_operation_id uuid;
    v_due integer := 0;
BEGIN
    SELECT t.stripe_transfer_id INTO v_target FROM payments.stripe_transfers AS t
     WHERE t.tenant_id = p_tenant_id AND t.id = p_transfer_id;
    IF v_target IS NULL THEN
        RETURN 0;
    END IF;
    FOR v_reversal IN
        UPDATE payments.transfer_reversals AS r SET status = 'pending', updated_at = p_now
         WHERE r.tenant_id = p_tenant_id AND r.transfer_id = p_transfer_id AND r.status = 'waiting'
        RETURNING r.id, r.payment_id, r.amount, r.cause_type, r.cause_id
    LOOP
        v_operation_id := payments.id_derive(p_tenant_id, 'reversal_call', v_reversal.id::text);
        PERFORM payments.operation_enqueue(p_tenant_id, jsonb_build_object(
            'id', v_operation_id, 'kind', 'reversal', 'paymentId', v_reversal.payment_id,
            'subjectId', v_reversal.id, 'lockKey', 'reversal:' || p_transfer_id,
            'request', jsonb_build_object('target', v_target, 'params', jsonb_build_object(
                'amount', v_reversal.amount, 'metadata', jsonb_build_object(
                    'operation_id', v_operation_id, 'reversal_id', v_reversal.id,
                    'payment_id', v_reversal.payment_id,
                    v_reversal.cause_type || '_id', v_reversal.cause_id,
                    'tenant_id', p_tenant_id))),
            'traceContext', (SELECT o.trace_context FROM payments.stripe_operations AS o
                              WHERE o.tenant_id = p_tenant_id
                                AND o.subject_id = v_reversal.cause_id AND o.kind = 'refund')));
        v_due := v_due + 1;
    END LOOP;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.reversals_enqueue(uuid, uuid, timestamptz) IS
    'Asks for the reversals that waited for their transfer to be paid (Stripe: POST '
    '/v1/transfers/{id}/reversals). Returns how many operations became due.';
