CREATE OR REPLACE FUNCTION payments.intents_enqueue(
    p_tenant_id uuid, p_payment_ids uuid[], p_operation_ids uuid[], p_idempotency_ids uuid[],
    p_requests jsonb[],
    p_trace_contexts text[], p_lease_seconds numeric, p_decisions text[] DEFAULT NULL
) RETURNS TABLE (operation_id uuid, operation jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    WITH written AS (
        INSERT INTO payments.stripe_operations AS o
            (tenant_id, id, kind, payment_id, subject_id, idempotency_id, lock_key, request, state,
             lease_epoch, leased_by,
             next_run_at, first_sent_at, first_sent_epoch, last_sent_at, trace_context, created_at,
             updated_at)
        SELECT p_tenant_id, i.operation_id, 'intent', i.payment_id, i.payment_id, i.idempotency_id,
               'payment:' || i.payment_id,
               payments.intent_request(p_tenant_id, i.payment_id, i.operation_id, i.request,
                                       i.decision), 'leased', 1, 'inline',
               v_now + make_interval(secs => p_lease_seconds::double precision), v_now, 1, v_now,
               i.trace_context, v_now, v_now
          FROM unnest(p_payment_ids, p_operation_ids, p_idempotency_ids, p_requests,
                      p_trace_contexts, p_decisions)
               AS i (payment_id, operation_id, idempotency_id, request, trace_context, decision)
         WHERE i.decision IS DISTINCT FROM 'block'
        RETURNING o.id, o AS operation
    )
    SELECT w.id, payments.operation_document(w.operation, NULL, true) FROM written AS w;
END
$$;
COMMENT ON FUNCTION payments.intents_enqueue(uuid, uuid[], uuid[], uuid[], jsonb[], text[], numeric,
                                             text[]) IS
    'What operation_enqueue does for intents that requests carry themselves, for many that are all '
    'new: leased and fenced; returns their documents. A payment decided to block (p_decisions) '
    'gets none. Raises unique_violation for one that is not new.';
