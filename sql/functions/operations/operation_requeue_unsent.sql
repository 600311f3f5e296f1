CREATE OR REPLACE FUNCTION payments.operation_requeue_unsent(
    p_operation payments.stripe_operations, p_result jsonb, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    -- Never sent, or for the first time under this very lease and turned away unread: nothing of it
    -- can be at Stripe.
    v_untouched boolean := p_operation.first_sent_epoch IS NULL
        OR p_operation.first_sent_epoch = p_operation.lease_epoch;
    v_wait interval := greatest(
        make_interval(secs => coalesce((p_result ->> 'retryAfter')::numeric, 0)::double precision),
        payments.operation_backoff(2, coalesce((p_result ->> 'backoffSeconds')::numeric, 1), 10));
BEGIN
    UPDATE payments.stripe_operations AS o
       SET state = CASE WHEN v_untouched THEN 'ready' ELSE 'unknown' END, leased_by = NULL,
           first_sent_at = CASE WHEN v_untouched THEN NULL ELSE o.first_sent_at END,
           first_sent_epoch = CASE WHEN v_untouched THEN NULL ELSE o.first_sent_epoch END,
           last_sent_at = CASE WHEN v_untouched THEN NULL ELSE o.last_sent_at END,
           holds = CASE WHEN v_untouched THEN payments.operation_holds(o) ELSE o.holds END,
           next_run_at = p_now + v_wait, updated_at = p_now,
           last_error_code = coalesce(p_result ->> 'code', 'not_sent'),
           last_error = left(p_result ->> 'message', 500)
     WHERE o.tenant_id = p_operation.tenant_id AND o.id = p_operation.id;
END
$$;
COMMENT ON FUNCTION payments.operation_requeue_unsent(payments.stripe_operations, jsonb,
                                                      timestamptz) IS
    'Puts back an operation that Stripe turned away unread (429, 401, 403) or that was never sent. '
    'Costs no failure.';
