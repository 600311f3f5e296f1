CREATE OR REPLACE FUNCTION payments.stripe_event_apply_refund(p_tenant_id uuid, p_event jsonb,
    p_now timestamptz)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
    v_payment payments.payment_transactions;
    v_refund_id uuid;
BEGIN
    SELECT l.* INTO state, reason, payment_id, enqueued
      FROM payments.stripe_event_locate(p_tenant_id, p_event, 'payment',
                                        v_object ->> 'payment_intent', '{currency}') AS l;
    IF state IS DISTINCT FROM 'done' THEN
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT r.id INTO v_refund_id FROM payments.payment_refunds AS r
     WHERE r.tenant_id = p_tenant_id AND r.payment_id = stripe_event_apply_refund.payment_id
       AND r.stripe_refund_id = v_object ->> 'id';
    IF NOT FOUND THEN
        v_payment := payments.payment_lock(p_tenant_id, payment_id);
        IF v_object #>> '{metadata,refund_id}' IS NOT NULL OR v_payment.settled_at IS NULL THEN
            RETURN QUERY SELECT 'waiting', 'our own record of it is not there yet', payment_id, 0;
            RETURN;
        END IF;
        v_refund_id := payments.refund_adopt(v_payment, v_object, p_now);
        IF v_refund_id IS NULL THEN
            RETURN QUERY SELECT 'postponed',
                'our own refunds on their way leave no room for it yet', payment_id, 0;
            RETURN;
        END IF;
        enqueued := payments.dispute_losses_allocate(p_tenant_id, payment_id, p_now);
    END IF;
    enqueued := enqueued + payments.refund_apply(p_tenant_id, v_refund_id, v_object, p_now);
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_refund(uuid, jsonb, timestamptz) IS
    'Applies a refund.* event (and its deprecated twin charge.refund.updated): ours by Stripe''s '
    'id, one made in the dashboard is adopted.';
