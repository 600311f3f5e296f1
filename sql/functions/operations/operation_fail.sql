CREATE OR REPLACE FUNCTION payments.operation_fail(
    p_operation payments.stripe_operations, p_result jsonb, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    -- Not since it was written: it may have been held for weeks before Stripe was first asked.
    v_first timestamptz := (
        SELECT min(a.finished_at) FROM payments.stripe_operation_attempts AS a
         WHERE a.tenant_id = p_operation.tenant_id AND a.operation_id = p_operation.id
           AND a.error_code = p_result ->> 'code');
    v_policy record;
    v_next timestamptz;
BEGIN
    SELECT f.* INTO v_policy FROM payments.operation_failure_policy(
        p_operation.kind, p_result ->> 'code', p_operation.failures + 1,
        p_now - coalesce(v_first, p_now)) AS f;
    v_next := p_now + payments.operation_backoff(
        p_operation.failures + 1, greatest(v_policy.base_seconds,
                                           (p_result ->> 'backoffSeconds')::numeric),
        v_policy.cap_seconds);
    -- Stripe does not save every refusal: an earlier attempt under this key may still arrive, and
    -- is looked for when it has.
    IF p_operation.first_sent_epoch <> p_operation.lease_epoch
        AND (p_result ->> 'replayed')::boolean IS NOT TRUE
       AND p_operation.kind <> 'fetch' THEN
        v_next := greatest(v_next, p_now + interval '10 minutes');
    END IF;
    UPDATE payments.stripe_operations AS o
       SET state = CASE v_policy.verdict WHEN 'fail' THEN 'failed' ELSE 'ready' END,
           outcome = CASE v_policy.verdict WHEN 'fail' THEN 'failed' END,
           -- A week of short balances leaves operation_mark_unknown half of its patience.
           generation = o.generation + 1, leased_by = NULL,
           failures = CASE p_result ->> 'code' WHEN 'balance_insufficient'
               THEN least(o.failures + 1, 10) ELSE o.failures + 1 END,
           first_sent_at = NULL, first_sent_epoch = NULL, last_sent_at = NULL, next_run_at = v_next,
           holds = CASE v_policy.verdict WHEN 'fail' THEN o.holds WHEN 'hold'
               THEN payments.operation_holds(o) || ARRAY['payee_blocked']
                                          ELSE payments.operation_holds(o) END,
           finished_at = CASE v_policy.verdict WHEN 'fail' THEN p_now END, updated_at = p_now,
           last_error_code = p_result ->> 'code', last_error = left(p_result ->> 'message', 500)
     WHERE o.tenant_id = p_operation.tenant_id AND o.id = p_operation.id;
    RETURN payments.operation_failed_consequences(p_operation, v_policy.verdict, p_result, p_now);
END
$$;
COMMENT ON FUNCTION payments.operation_fail(payments.stripe_operations, jsonb, timestamptz) IS
    'Records a definite refusal by Stripe. The key''s generation rises in this commit, because '
    'Stripe replays a refusal under its key for 24 hours. Retry, hold or give up as '
    'operation_failure_policy says. Returns how many operations became due.';
