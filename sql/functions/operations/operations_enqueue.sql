CREATE OR REPLACE FUNCTION payments.operations_enqueue(p_tenant_id uuid, p_calls jsonb,
                                                       p_lease_seconds numeric DEFAULT NULL)
RETURNS TABLE (operation_id uuid, operation jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_inline boolean := p_lease_seconds IS NOT NULL;
    v_sent_at timestamptz := CASE WHEN v_inline THEN v_now END;
BEGIN
    RETURN QUERY
    WITH written AS (
        INSERT INTO payments.stripe_operations AS o
            (tenant_id, id, kind, payment_id, subject_id, idempotency_id, lock_key, request, state,
             lease_epoch, leased_by, next_run_at, first_sent_at, first_sent_epoch, last_sent_at,
             trace_context, created_at, updated_at)
        SELECT p_tenant_id, (c ->> 'id')::uuid, c ->> 'kind', (c ->> 'paymentId')::uuid,
               (c ->> 'subjectId')::uuid, (c ->> 'idempotencyId')::uuid, c ->> 'lockKey',
               c -> 'request', CASE WHEN v_inline THEN 'leased' ELSE 'ready' END,
               v_inline::integer, CASE WHEN v_inline THEN 'inline' END,
               v_now + make_interval(secs => coalesce(p_lease_seconds, 0)::double precision),
               v_sent_at, CASE WHEN v_inline THEN 1 END, v_sent_at, c ->> 'traceContext', v_now,
               v_now
          FROM jsonb_array_elements(p_calls) AS c
        ON CONFLICT (tenant_id, id) DO UPDATE
            SET request = excluded.request, idempotency_id = excluded.idempotency_id,
                state = excluded.state, outcome = NULL,
                lease_epoch = o.lease_epoch + v_inline::integer, leased_by = excluded.leased_by,
                next_run_at = excluded.next_run_at, first_sent_at = v_sent_at,
                first_sent_epoch = CASE WHEN v_inline THEN o.lease_epoch + 1 END,
                last_sent_at = v_sent_at, failures = 0, finished_at = NULL,
                trace_context = excluded.trace_context, updated_at = v_now
            WHERE o.state = 'failed'
        RETURNING o.id, o AS operation
    )
    SELECT w.id, CASE WHEN v_inline THEN payments.operation_document(w.operation, NULL, true) END
      FROM written AS w;
END
$$;
COMMENT ON FUNCTION payments.operations_enqueue(uuid, jsonb, numeric) IS
    'Writes outgoing calls with their frozen requests before they are sent: an array of {id, kind, '
    'paymentId, subjectId, lockKey, request, idempotencyId, traceContext}. With a lease they are '
    'already claimed and fenced for the request at hand, and their documents are returned; '
    'otherwise a worker takes them. The same id again is the same call: nothing happens, unless it '
    'had definitely failed, then it starts anew under the next key. Returns those written.';
