CREATE OR REPLACE FUNCTION payments.stripe_event_apply_review(p_tenant_id uuid, p_event jsonb,
    p_now timestamptz)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
    v_review_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'review', 'stripe',
                                                    v_object ->> 'id');
BEGIN
    SELECT l.* INTO state, reason, payment_id, enqueued
      FROM payments.stripe_event_locate(
          p_tenant_id, p_event, 'payment', v_object ->> 'payment_intent',
          p_charge_id => v_object ->> 'charge') AS l;
    IF state IS DISTINCT FROM 'done' THEN
        RETURN NEXT;
        RETURN;
    END IF;
    PERFORM payments.review_open(p_tenant_id, 'stripe', v_object ->> 'id', payment_id, 50,
                                 '{stripe_review}', p_now);
    enqueued := payments.reviews_close_disputed(p_tenant_id, payment_id, p_now);
    -- The end may be heard before the beginning; and where ours decided first, Stripe's word
    -- changes nothing.
    IF p_event ->> 'type' = 'review.closed' AND EXISTS (
            SELECT FROM payments.reviews AS r WHERE r.tenant_id = p_tenant_id
               AND r.id = v_review_id AND r.status = 'open') THEN
        PERFORM payments.review_close(
            p_tenant_id, v_review_id,
            CASE v_object ->> 'closed_reason' WHEN 'approved' THEN 'approved' ELSE 'canceled' END,
            'stripe', v_object ->> 'closed_reason', p_now);
        enqueued := enqueued + payments.reviews_enforce(p_tenant_id, payment_id, p_now);
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_review(uuid, jsonb, timestamptz) IS
    'Applies a review.* event: while Stripe looks into a payment nothing of it is paid out; closed '
    'as approved it goes on, closed otherwise another event says what happened to the money.';
