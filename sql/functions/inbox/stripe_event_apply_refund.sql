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
    enqueued := 0;
    SELECT o.object_id INTO payment_id FROM payments.provider_objects AS o
     WHERE o.provider_id = v_object ->> 'payment_intent' AND o.tenant_id = p_tenant_id
       AND o.object_type = 'payment_intent';
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'waiting', 'payment intent not known yet', NULL::uuid, 0;
        RETURN;
    END IF;
    v_payment := payments.payment_lock(p_tenant_id, payment_id);
    SELECT r.id INTO v_refund_id FROM payments.payment_refunds AS r
     WHERE r.tenant_id = p_tenant_id AND r.payment_id = v_payment.id
       AND r.stripe_refund_id = v_object ->> 'id';
    IF NOT FOUND AND (v_object #>> '{metadata,refund_id}' IS NOT NULL
                      OR v_payment.settled_at IS NULL) THEN
        RETURN QUERY SELECT 'waiting', 'our own record of it is not there yet', v_payment.id, 0;
    ELSIF v_object ->> 'currency' IS DISTINCT FROM v_payment.currency
        OR (p_event ->> 'livemode') IS DISTINCT FROM
          (SELECT i.livemode::text FROM payments.payment_intents AS i
            WHERE i.tenant_id = p_tenant_id AND i.id = v_payment.id) THEN
        RETURN QUERY SELECT 'quarantined', 'currency or livemode is not ours', v_payment.id, 0;
    ELSE
        IF v_refund_id IS NULL THEN
            v_refund_id := payments.refund_adopt(v_payment, v_object, p_now);
            IF v_refund_id IS NULL THEN
                RETURN QUERY SELECT 'postponed',
                    'our own refunds on their way leave no room for it yet', v_payment.id, 0;
                RETURN;
            END IF;
            enqueued := payments.dispute_losses_allocate(p_tenant_id, v_payment.id, p_now);
        END IF;
        RETURN QUERY SELECT 'done', NULL::text, v_payment.id,
                            enqueued + payments.refund_apply(p_tenant_id, v_refund_id, v_object,
                                p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_refund(uuid, jsonb, timestamptz) IS
    'Applies a refund.* event (and its deprecated twin charge.refund.updated): ours by Stripe''s '
    'id, one made in the dashboard is adopted.';
