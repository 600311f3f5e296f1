CREATE OR REPLACE FUNCTION payments.stripe_event_apply_dispute(p_tenant_id uuid, p_event jsonb,
    p_now timestamptz)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
    v_payment payments.payment_transactions;
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
    IF v_object ->> 'currency' IS DISTINCT FROM v_payment.currency
        OR payments.dispute_rank(v_object ->> 'status') IS NULL
       OR (p_event ->> 'livemode') IS DISTINCT FROM
          (SELECT i.livemode::text FROM payments.payment_intents AS i
            WHERE i.tenant_id = p_tenant_id AND i.id = v_payment.id) THEN
        RETURN QUERY SELECT 'quarantined', 'currency, livemode or status is not one we know',
            v_payment.id, 0;
        RETURN;
    END IF;
    enqueued := payments.dispute_apply(v_payment, v_object, p_now);
    SELECT format('balance transaction %s is in %s, the payment in %s', e ->> 'id',
                  e ->> 'currency', v_payment.currency) INTO reason
      FROM jsonb_array_elements(coalesce(v_object -> 'balance_transactions', '[]')) AS e
     WHERE e ->> 'currency' <> v_payment.currency LIMIT 1;
    state := CASE WHEN reason IS NULL THEN 'done' ELSE 'quarantined' END;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_dispute(uuid, jsonb, timestamptz) IS
    'Applies a charge.dispute.* event, whichever comes first, the payment''s own success included. '
    'What it moved in another currency is posted in that one and the event quarantined: the '
    'difference is for a person.';
