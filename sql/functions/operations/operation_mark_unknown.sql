CREATE OR REPLACE FUNCTION payments.operation_mark_unknown(
    p_operation payments.stripe_operations, p_result jsonb, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_failures integer := p_operation.failures + 1;
    v_in_flight boolean := (p_result ->> 'code') IS NOT DISTINCT FROM 'idempotency_key_in_use';
    -- A 5xx saved under the key stays a 5xx for a day: watch for the effect at 5 minutes, 1 hour, 1
    -- day.
    v_saved_error boolean := (p_result ->> 'replayed')::boolean IS TRUE
        AND (p_result ->> 'httpStatus')::integer >= 500;
    v_wait interval;
BEGIN
    IF v_failures >= 20 AND NOT v_in_flight THEN
        PERFORM payments.operation_mark_dead(p_operation, coalesce(p_result ->> 'code', 'unknown'),
                                             p_result ->> 'message', p_now);
        RETURN;
    END IF;
    v_wait := CASE
        WHEN v_in_flight THEN make_interval(secs => 1 + random())
        WHEN v_saved_error AND p_now < p_operation.first_sent_at + interval '4 minutes'
            THEN interval '5 minutes'
        WHEN v_saved_error AND p_now < p_operation.first_sent_at + interval '50 minutes'
            THEN interval '1 hour'
        WHEN v_saved_error THEN interval '1 day'
        ELSE payments.operation_backoff(v_failures,
                                        coalesce((p_result ->> 'backoffSeconds')::numeric, 1), 600)
    END;
    UPDATE payments.stripe_operations AS o
       SET state = 'unknown', leased_by = NULL, failures = CASE WHEN v_in_flight THEN o.failures
           ELSE v_failures END,
           next_run_at = p_now + v_wait, updated_at = p_now,
           last_error_code = coalesce(p_result ->> 'code', 'unknown'),
           last_error = left(p_result ->> 'message', 500)
     WHERE o.tenant_id = p_operation.tenant_id AND o.id = p_operation.id;
END
$$;
COMMENT ON FUNCTION payments.operation_mark_unknown(payments.stripe_operations, jsonb,
                                                    timestamptz) IS
    'Records that the outcome is not known (time-out, 5xx, unreadable answer). The key stays; the '
    'next attempt looks for the effect first. After 20 such failures it is dead, for a person.';
