CREATE OR REPLACE FUNCTION ops.operation_retry(p_tenant_id uuid, p_operation_id uuid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_operation payments.stripe_operations;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    PERFORM payments.operations_lock(p_tenant_id, jsonb_build_array(jsonb_build_object(
        'operationId', p_operation_id, 'result', '{"outcome": "not_sent"}'::jsonb)));
    SELECT o.* INTO v_operation FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id;
    IF v_operation.state IN ('ready', 'unknown') AND v_operation.holds = '{}' THEN
        UPDATE payments.stripe_operations AS o SET next_run_at = v_now, updated_at = v_now
         WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id;
        PERFORM payments.audit_act(p_tenant_id, 'operation_retry', p_operation_id::text);
        RETURN v_operation.state;
    END IF;
    IF NOT (v_operation.state = 'dead'
            OR (v_operation.state = 'failed' AND v_operation.kind IN ('transfer', 'fetch'))) THEN
        RAISE EXCEPTION 'a % operation of kind % is not retried by hand', v_operation.state,
            v_operation.kind
            USING ERRCODE = 'PY030',
                HINT = 'What waits for its turn is made due; dead operations, and failed transfers '
                       'and fetches, are revived.';
    END IF;
    PERFORM FROM payments.stripe_transfers AS t
      WHERE t.tenant_id = p_tenant_id AND t.id = v_operation.subject_id AND t.status = 'canceled';
    IF FOUND THEN
        RAISE EXCEPTION 'this transfer is not owed any more'
            USING ERRCODE = 'PY030', HINT = 'What is left of it has a transfer of its own.';
    END IF;
    UPDATE payments.stripe_operations AS o
       SET state = CASE WHEN o.first_sent_at IS NULL THEN 'ready'
           ELSE 'unknown' END, outcome = NULL, failures = 0,
           holds = CASE WHEN o.first_sent_at IS NULL THEN payments.operation_holds(o)
               ELSE o.holds END,
           finished_at = NULL, next_run_at = v_now, updated_at = v_now
     WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id;
    UPDATE payments.stripe_transfers AS t SET status = 'pending', updated_at = v_now
     WHERE t.tenant_id = p_tenant_id AND t.id = v_operation.subject_id AND t.status = 'failed';
    PERFORM payments.audit_act(p_tenant_id, 'operation_retry', p_operation_id::text);
    RETURN CASE WHEN v_operation.first_sent_at IS NULL THEN 'ready' ELSE 'unknown' END;
END
$$;
COMMENT ON FUNCTION ops.operation_retry(uuid, uuid) IS
    'Makes an operation that waits for its next attempt due now, or revives a dead one, or a '
    'failed transfer or fetch; returns its state. What may have been sent is looked up at Stripe '
    'before it is sent again. Raises PY010, PY030, PY070. Example: SELECT '
    'ops.operation_retry(''…'', ''…'');';
