CREATE OR REPLACE FUNCTION payments.stripe_event_apply_payment_intent(p_tenant_id uuid,
    p_event jsonb, p_now timestamptz)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_intent CONSTANT jsonb := p_event #> '{data,object}';
    v_type CONSTANT text := p_event ->> 'type';
BEGIN
    SELECT l.* INTO state, reason, payment_id, enqueued
      FROM payments.stripe_event_locate(p_tenant_id, p_event, 'payment', v_intent ->> 'id',
                                        '{amount,currency}') AS l;
    IF state IS DISTINCT FROM 'done' THEN
        RETURN NEXT;
        RETURN;
    END IF;
    enqueued := payments.payment_intent_apply(p_tenant_id, payment_id, v_intent, false, p_now);
    -- Among these three Stripe goes back and forth, and events come in any order: the truth is read
    -- from Stripe.
    IF v_type IN ('payment_intent.processing', 'payment_intent.requires_action',
                  'payment_intent.payment_failed') THEN
        enqueued := enqueued + payments.fetch_enqueue(
            p_tenant_id, payment_id, payment_id, 'payment_intents', v_intent ->> 'id',
            p_event ->> 'id');
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_payment_intent(uuid, jsonb, timestamptz) IS
    'Applies a payment_intent.* event: forward transitions, settlement on success; has the intent '
    'read where events alone cannot tell.';
