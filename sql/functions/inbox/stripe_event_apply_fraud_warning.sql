CREATE OR REPLACE FUNCTION payments.stripe_event_apply_fraud_warning(p_tenant_id uuid,
    p_event jsonb, p_now timestamptz)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
BEGIN
    SELECT l.* INTO state, reason, payment_id, enqueued
      FROM payments.stripe_event_locate(
          p_tenant_id, p_event, 'payment', v_object ->> 'payment_intent',
          p_charge_id => v_object ->> 'charge') AS l;
    IF state = 'done' THEN
        INSERT INTO payments.early_fraud_warnings (tenant_id, id, payment_id, stripe_id, fraud_type,
                                                   actionable, created_at)
        VALUES (p_tenant_id, payments.id_derive(p_tenant_id, 'early_fraud_warning',
                                                v_object ->> 'id'),
                payment_id, v_object ->> 'id', v_object ->> 'fraud_type',
                (v_object ->> 'actionable')::boolean, p_now)
        ON CONFLICT DO NOTHING;
        PERFORM payments.review_open(p_tenant_id, 'early_warning', v_object ->> 'id', payment_id,
                                     80, '{early_fraud_warning}', p_now);
        enqueued := payments.reviews_close_disputed(p_tenant_id, payment_id, p_now);
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_fraud_warning(uuid, jsonb, timestamptz) IS
    'Records a bank''s early fraud warning, once, and has a person look: what was not paid out yet '
    'is held.';
