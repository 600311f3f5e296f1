CREATE OR REPLACE FUNCTION payments.operation_apply(
    p_operation payments.stripe_operations, p_object jsonb, p_now timestamptz
) RETURNS TABLE (enqueued integer, next_operation jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    enqueued := 0;
    CASE p_operation.kind
        WHEN 'intent', 'capture', 'cancel' THEN
            enqueued := payments.payment_intent_apply(p_operation.tenant_id, p_operation.payment_id,
                                                      p_object, true, p_now);
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
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.operation_apply(payments.stripe_operations, jsonb, timestamptz) IS
    'Applies Stripe''s object to the row that an operation acts for; transfers are settled '
    'together, transfers_settle. Returns how many operations became due and a follow-up call, if '
    'any.';
