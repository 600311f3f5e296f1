CREATE OR REPLACE FUNCTION payments.operations_record(p_tenant_id uuid, p_results jsonb)
RETURNS TABLE (ordinal bigint, operation_id uuid, applied boolean, enqueued integer,
               next_operation jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_attempt record;
    v_answered uuid[] := '{}';
    v_paid uuid[] := '{}';
    v_paid_ordinals bigint[] := '{}';
BEGIN
    FOR v_attempt IN
        SELECT a.ordinal AS n, a.operation AS row, a.result, a.verdict
          FROM payments.attempts_record(p_tenant_id, p_results, v_now) AS a
    LOOP
        ordinal := v_attempt.n;
        operation_id := (v_attempt.row).id;
        applied := v_attempt.verdict <> 'stale';
        enqueued := 0;
        next_operation := NULL;
        CASE v_attempt.verdict
            WHEN 'stale' THEN
                NULL;
            WHEN 'succeeded' THEN
                IF (v_attempt.row).idempotency_id IS NOT NULL THEN
                    v_answered := array_append(v_answered, operation_id);
                END IF;
                IF (v_attempt.row).kind = 'transfer' THEN
                    v_paid := array_append(v_paid, operation_id);
                    v_paid_ordinals := array_append(v_paid_ordinals, ordinal);
                    CONTINUE;
                END IF;
                SELECT s.enqueued, s.next_operation INTO enqueued, next_operation
                  FROM payments.operation_apply(v_attempt.row, v_attempt.result -> 'object',
                                                v_now) AS s;
            WHEN 'contradiction' THEN
                PERFORM payments.operation_mark_dead(v_attempt.row, 'contradiction',
                    'Stripe''s object does not match the request', v_now);
            WHEN 'failed' THEN
                enqueued := payments.operation_fail(v_attempt.row, v_attempt.result, v_now);
            WHEN 'not_sent' THEN
                PERFORM payments.operation_requeue_unsent(v_attempt.row, v_attempt.result, v_now);
            ELSE
                PERFORM payments.operation_mark_unknown(v_attempt.row, v_attempt.result, v_now);
        END CASE;
        RETURN NEXT;
    END LOOP;
    -- Most of what a worker finishes, and settled together: what they made due is said of each.
    IF v_paid <> '{}' THEN
        SELECT payments.transfers_settle(p_tenant_id, array_agg(o.subject_id),
                                         array_agg(o.provider_id), v_now)
          INTO enqueued
          FROM unnest(v_paid) AS i (id)
          JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.id = i.id;
        RETURN QUERY SELECT t.n, t.id, true, enqueued, NULL::jsonb
          FROM unnest(v_paid_ordinals, v_paid) AS t (n, id);
    END IF;
    PERFORM payments.idempotency_complete(p_tenant_id, v_answered, v_now);
END
$$;
COMMENT ON FUNCTION payments.operations_record(uuid, jsonb) IS
    'Records what attempts brought back, {operationId, leaseEpoch, result}, and applies each whose '
    'lease still holds. Returns for each, counted from 1, whether it applied, how many operations '
    'it made due, and a follow-up call the request should carry itself. A stale worker leaves only '
    'its evidence. Raises PY010, and PY033 when Stripe''s id is another row''s.';
