CREATE OR REPLACE FUNCTION payments.stripe_event_apply_charge(p_tenant_id uuid, p_event jsonb,
    p_now timestamptz)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_charge CONSTANT jsonb := p_event #> '{data,object}';
BEGIN
    SELECT l.* INTO state, reason, payment_id, enqueued
      FROM payments.stripe_event_locate(p_tenant_id, p_event, 'payment',
                                        v_charge ->> 'payment_intent', '{amount,currency}') AS l;
    IF state = 'done' THEN
        PERFORM payments.provider_object_claim(p_tenant_id, v_charge ->> 'id', 'charge', payment_id,
                                               p_now);
        UPDATE payments.payment_intents AS i
           SET capture_before = payments.from_epoch(
               v_charge #>> '{payment_method_details,card,capture_before}'), updated_at = p_now
         WHERE i.tenant_id = p_tenant_id AND i.id = payment_id AND i.capture_before IS NULL
           AND v_charge #>> '{payment_method_details,card,capture_before}' IS NOT NULL;
        IF p_event ->> 'type' IN ('charge.succeeded', 'charge.failed') THEN
            PERFORM payments.fraud_check_charge(p_tenant_id, payment_id, v_charge,
                                                p_event ->> 'type' = 'charge.failed', p_now);
        END IF;
        IF p_event ->> 'type' = 'charge.succeeded' THEN
            PERFORM payments.aml_check_charge(p_tenant_id, payment_id, p_now);
        END IF;
        IF v_charge ->> 'balance_transaction' IS NOT NULL
            AND (v_charge ->> 'captured')::boolean THEN
            enqueued := payments.fetch_enqueue(
                p_tenant_id, payment_id, payment_id, 'balance_transactions',
                v_charge ->> 'balance_transaction', '');
        END IF;
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_charge(uuid, jsonb, timestamptz) IS
    'Applies a charge.* event: remembers the charge, its capture deadline, has its card, its risk '
    'and its customer''s sums judged, and its balance transaction (Stripe''s fee) read once named.';
