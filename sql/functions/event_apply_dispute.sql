CREATE OR REPLACE FUNCTION payments.event_apply_dispute(p_tenant_id uuid, p_event jsonb, p_now timestamptz)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
    v_payment payments.payment_transactions;
BEGIN
    enqueued := 0;
    SELECT o.object_id INTO payment_id FROM payments.provider_objects AS o
     WHERE o.provider_id = v_object ->> 'payment_intent' AND o.tenant_id = p_tenant_id AND o.object_type = 'payment_intent';
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'waiting', 'payment intent not known yet', NULL::uuid, 0;
        RETURN;
    END IF;
    v_payment := payments.payment_lock(p_tenant_id, payment_id);
    IF v_object ->> 'currency' IS DISTINCT FROM v_payment.currency OR payments.dispute_rank(v_object ->> 'status') IS NULL
       OR (p_event ->> 'livemode') IS DISTINCT FROM
          (SELECT i.livemode::text FROM payments.payment_intents AS i WHERE i.tenant_id = p_tenant_id AND i.id = v_payment.id) THEN
        RETURN QUERY SELECT 'quarantined', 'currency, livemode or status is not one we know', v_payment.id, 0;
        RETURN;
    END IF;
    RETURN QUERY SELECT 'done', NULL::text, v_payment.id, payments.dispute_apply(v_payment, v_object, p_now);
END
$$;
COMMENT ON FUNCTION payments.event_apply_dispute(uuid, jsonb, timestamptz) IS
    'Applies a charge.dispute.* event, whichever comes first, the payment''s own success included.';
