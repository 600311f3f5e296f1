CREATE OR REPLACE FUNCTION payments.operation_succeed(
    p_operation payments.stripe_operations, p_object jsonb, p_now timestamptz
) RETURNS TABLE (enqueued integer, next_operation jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    enqueued := 0;
    IF payments.operation_contradicts(p_operation, p_object) IS NOT FALSE THEN
        PERFORM payments.operation_mark_dead(p_operation, 'contradiction',
                                             'Stripe''s object does not match the request', p_now);
        RETURN NEXT;
        RETURN;
    END IF;
    UPDATE payments.stripe_operations AS o
       SET state = 'succeeded', outcome = 'succeeded', provider_id = p_object ->> 'id',
           leased_by = NULL,
           last_error_code = NULL, last_error = NULL, finished_at = p_now, updated_at = p_now
     WHERE o.tenant_id = p_operation.tenant_id AND o.id = p_operation.id;
    CASE p_operation.kind
        WHEN 'intent', 'capture', 'cancel' THEN
            enqueued := payments.payment_intent_apply(p_operation.tenant_id, p_operation.payment_id,
                                                      p_object, true, p_now);
        WHEN 'transfer' THEN
            enqueued := payments.transfer_settle(p_operation.tenant_id, p_operation.subject_id,
                                                 p_object, p_now);
        WHEN 'refund' THEN
            enqueued := payments.refund_apply(p_operation.tenant_id, p_operation.subject_id,
                                              p_object, p_now);
        WHEN 'reversal' THEN
            PERFORM payments.reversal_settle(p_operation.tenant_id, p_operation.subject_id,
                                             p_object, p_now);
        WHEN 'evidence' THEN
            enqueued := payments.dispute_apply(
                payments.payment_lock(p_operation.tenant_id, p_operation.payment_id), p_object,
                p_now);
        WHEN 'account' THEN
            next_operation := payments.connected_account_open(p_operation, p_object, p_now);
            enqueued := (next_operation IS NULL)::integer;
        WHEN 'account_link' THEN
            PERFORM payments.onboarding_link_store(p_operation.tenant_id, p_operation.subject_id,
                                                   p_object, p_now);
        WHEN 'fetch' THEN
            enqueued := payments.fetch_apply(p_operation, p_object, p_now);
    END CASE;
    -- An account's answer to its creator is its onboarding link: the follow-up call completes the
    -- request.
    IF p_operation.kind <> 'account' THEN
        PERFORM payments.idempotency_complete(p_operation, p_now);
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.operation_succeed(payments.stripe_operations, jsonb, timestamptz) IS
    'Applies Stripe''s object to the row the operation acts for and completes the waiting client '
    'request. Returns how many operations became due and a follow-up call, if any.';
