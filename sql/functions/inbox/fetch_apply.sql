CREATE OR REPLACE FUNCTION payments.fetch_apply(p_operation payments.stripe_operations,
                                                p_object jsonb, p_now timestamptz)
RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    CASE p_operation.request ->> 'resource'
        WHEN 'balance_transactions' THEN
            IF p_operation.request ->> 'target' IS NULL THEN
                PERFORM payments.dispute_money_post(
                    payments.payment_lock(p_operation.tenant_id, p_operation.payment_id),
                    p_operation.subject_id, jsonb_build_object('balance_transactions',
                        p_object -> 'data'), p_now);
                RETURN 0;
            END IF;
            RETURN payments.provider_fee_post(p_operation, p_object, p_now);
        WHEN 'payment_intents' THEN
            RETURN payments.payment_intent_apply(p_operation.tenant_id, p_operation.payment_id,
                                                 p_object, true, p_now);
        WHEN 'refunds' THEN
            RETURN payments.refund_apply(p_operation.tenant_id, p_operation.subject_id, p_object,
                                         p_now);
        WHEN 'disputes' THEN
            RETURN payments.dispute_apply(
                payments.payment_lock(p_operation.tenant_id, p_operation.payment_id), p_object,
                p_now);
        WHEN 'accounts' THEN
            RETURN payments.connected_account_apply(p_operation.tenant_id, p_operation.subject_id,
                                                    p_object, p_now);
    END CASE;
END
$$;
COMMENT ON FUNCTION payments.fetch_apply(payments.stripe_operations, jsonb, timestamptz) IS
    'Applies an object read from Stripe to the row it was read for. Returns how many operations '
    'became due.';
