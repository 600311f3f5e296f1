CREATE OR REPLACE FUNCTION payments.stripe_event_dispatch(p_tenant_id uuid, p_source text,
                                                          p_event jsonb, p_now timestamptz)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    -- The platform's own objects come without an account, a connected account's with one: the other
    -- way round somebody has mixed the endpoints up, or tries to.
    IF (p_source = 'connect') <> (p_event ->> 'account' IS NOT NULL) THEN
        RETURN QUERY SELECT 'quarantined', 'wrong endpoint for its account', NULL::uuid, 0;
    -- A live Connect endpoint is sent test events as well; an account has no mode of its own, the
    -- tenant's payments have.
    ELSIF p_source = 'connect' AND (p_event ->> 'livemode')::boolean <> (
        SELECT i.livemode FROM payments.payment_intents AS i WHERE i.tenant_id = p_tenant_id
           AND i.livemode IS NOT NULL LIMIT 1) THEN
        RETURN QUERY SELECT 'quarantined', 'livemode is not ours', NULL::uuid, 0;
    ELSIF p_event ->> 'type' LIKE 'payment\_intent.%' AND p_source = 'platform' THEN
        RETURN QUERY SELECT * FROM payments.stripe_event_apply_payment_intent(p_tenant_id, p_event,
            p_now);
    ELSIF (p_event ->> 'type' LIKE 'refund.%' OR p_event ->> 'type' = 'charge.refund.updated')
        AND p_source = 'platform' THEN
        RETURN QUERY SELECT * FROM payments.stripe_event_apply_refund(p_tenant_id, p_event, p_now);
    ELSIF p_event ->> 'type' LIKE 'charge.dispute.%' AND p_source = 'platform' THEN
        RETURN QUERY SELECT * FROM payments.stripe_event_apply_dispute(p_tenant_id, p_event, p_now);
    ELSIF p_event ->> 'type' LIKE 'radar.early_fraud_warning.%' AND p_source = 'platform' THEN
        RETURN QUERY SELECT * FROM payments.stripe_event_apply_fraud_warning(p_tenant_id, p_event,
            p_now);
    ELSIF p_event ->> 'type' LIKE 'review.%' AND p_source = 'platform' THEN
        RETURN QUERY SELECT * FROM payments.stripe_event_apply_review(p_tenant_id, p_event, p_now);
    ELSIF p_event ->> 'type' LIKE 'payout.%' AND p_source = 'connect' THEN
        RETURN QUERY SELECT * FROM payments.stripe_event_apply_payout(p_tenant_id, p_event, p_now);
    ELSIF p_event ->> 'type' LIKE 'charge.%' AND p_source = 'platform' THEN
        RETURN QUERY SELECT * FROM payments.stripe_event_apply_charge(p_tenant_id, p_event, p_now);
    ELSIF p_event ->> 'type' LIKE 'transfer.%' AND p_source = 'platform' THEN
        RETURN QUERY SELECT * FROM payments.stripe_event_apply_transfer(p_tenant_id, p_event);
    ELSIF p_event ->> 'type' IN ('account.updated', 'capability.updated',
                                 'account.application.deauthorized') AND p_source = 'connect' THEN
        RETURN QUERY SELECT * FROM payments.stripe_event_apply_account(p_tenant_id, p_event);
    ELSE
        RETURN QUERY SELECT 'ignored', 'not for us on this endpoint', NULL::uuid, 0;
    END IF;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_dispatch(uuid, text, jsonb, timestamptz) IS
    'Hands an event to the function for its type. Returns the outcome, why, the payment it '
    'concerns and how many operations became due.';
