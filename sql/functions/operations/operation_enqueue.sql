CREATE OR REPLACE FUNCTION payments.operation_enqueue(
    p_tenant_id uuid, p_kind text, p_operation_id uuid, p_payment_id uuid, p_subject_id uuid,
    p_lock_key text,
    p_request jsonb, p_idempotency_id uuid DEFAULT NULL, p_trace_context text DEFAULT NULL,
    p_inline_lease_seconds numeric DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_inline boolean := p_inline_lease_seconds IS NOT NULL;
    v_sent_at timestamptz := CASE WHEN v_inline THEN v_now END;
    v_operation payments.stripe_operations;
BEGIN
    INSERT INTO payments.stripe_operations AS o
        (tenant_id, id, kind, payment_id, subject_id, idempotency_id, lock_key, request, state,
         lease_epoch, leased_by,
         next_run_at, first_sent_at, first_sent_epoch, last_sent_at, trace_context, created_at,
         updated_at)
    VALUES (p_tenant_id, p_operation_id, p_kind, p_payment_id, p_subject_id, p_idempotency_id,
            p_lock_key, p_request,
            CASE WHEN v_inline THEN 'leased' ELSE 'ready' END, v_inline::integer, CASE
            WHEN v_inline THEN 'inline' END,
            v_now + make_interval(secs => coalesce(p_inline_lease_seconds, 0)::double precision),
            v_sent_at, CASE WHEN v_inline THEN 1 END, v_sent_at, p_trace_context, v_now, v_now)
    ON CONFLICT (tenant_id, id) DO UPDATE
        SET request = excluded.request, idempotency_id = excluded.idempotency_id,
            state = excluded.state, outcome = NULL,
            lease_epoch = o.lease_epoch + v_inline::integer, leased_by = excluded.leased_by,
            next_run_at = excluded.next_run_at, first_sent_at = v_sent_at,
            first_sent_epoch = CASE WHEN v_inline
                THEN o.lease_epoch + 1 END, last_sent_at = v_sent_at,
            failures = 0, finished_at = NULL, trace_context = excluded.trace_context,
            updated_at = v_now
        WHERE o.state = 'failed';
    SELECT o.* INTO v_operation FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id;
    IF v_inline AND v_operation.state = 'leased' AND v_operation.leased_by = 'inline' THEN
        RETURN payments.operation_document(v_operation, NULL, true);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION payments.operation_enqueue(uuid, text, uuid, uuid, uuid, text, jsonb, uuid,
                                               text, numeric) IS
    'Writes an outgoing call with its frozen request before it is sent. With a lease it is already '
    'claimed and fenced for the request at hand, and its document is returned; otherwise null and '
    'a worker takes it. The same id again is the same call: nothing happens, unless it had '
    'definitely failed, then it starts anew under the next key.';
