-- Declines lead back, so Stripe's statuses before requires_capture form a cycle: among them an
-- event is a hint that only moves forward, and only an answer read from Stripe itself
-- (authoritative) may move back.
CREATE OR REPLACE FUNCTION payments.payment_intent_apply(
    p_tenant_id uuid, p_payment_id uuid, p_intent jsonb, p_authoritative boolean, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_ranks CONSTANT text[] := ARRAY['created', 'requires_payment_method', 'requires_confirmation',
                                     'requires_action',
                                     'processing', 'requires_capture', 'succeeded', 'canceled',
                                     'failed', 'blocked'];
    v_final CONSTANT integer := 6;
    v_status text;
    v_old integer;
    v_new integer := array_position(v_ranks, p_intent ->> 'status');
    v_stale boolean;
BEGIN
    SELECT p.status INTO v_status FROM payments.payment_transactions AS p
     WHERE p.tenant_id = p_tenant_id AND p.id = p_payment_id FOR NO KEY UPDATE;
    v_old := array_position(v_ranks, v_status);
    v_stale := v_new IS NULL OR v_old > v_final OR (v_old = v_final AND v_new < v_final)
        OR (v_new < v_old AND NOT p_authoritative);
    -- What is stale still names ids; its status is not Stripe's last word.
    PERFORM payments.payment_intent_mirror(p_tenant_id, p_payment_id, CASE WHEN v_stale
                                           THEN p_intent - 'status' ELSE p_intent END, p_now);
    -- A card declined at once leaves the status as it was: read from Stripe, the reason is still
    -- news.
    IF v_stale OR (v_new = v_old AND NOT p_authoritative) THEN
        RETURN 0;
    END IF;
    -- The intent names Stripe's review before any event about it need have come: what settles now
    -- is held at once.
    IF p_intent ->> 'review' IS NOT NULL THEN
        PERFORM payments.review_open(p_tenant_id, 'stripe', p_intent ->> 'review', p_payment_id, 50,
                                     '{stripe_review}', p_now);
    END IF;
    IF v_ranks[v_new] = 'succeeded' THEN
        RETURN payments.payment_settle(p_tenant_id, p_payment_id, p_intent ->> 'latest_charge',
                                       (p_intent ->> 'amount_received')::bigint, p_now)
            + payments.reviews_enforce(p_tenant_id, p_payment_id, p_now);
    END IF;
    UPDATE payments.payment_transactions AS p
       SET status = v_ranks[v_new], updated_at = p_now,
           failure_code = p_intent #>> '{last_payment_error,code}',
           failure_message = left(p_intent #>> '{last_payment_error,message}', 500)
     WHERE p.tenant_id = p_tenant_id AND p.id = p_payment_id;
    RETURN payments.reviews_enforce(p_tenant_id, p_payment_id, p_now);
END
$$;
COMMENT ON FUNCTION payments.payment_intent_apply(uuid, uuid, jsonb, boolean, timestamptz) IS
    'Applies what Stripe says of a payment intent: forward only, terminal states stay, success '
    'settles once, a review of Stripe''s holds. Any order and number of the same facts ends the '
    'same. Returns how many operations became due.';
