CREATE OR REPLACE FUNCTION payments.payment_intent_mirror(
    p_tenant_id uuid, p_payment_id uuid, p_intent jsonb, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.provider_object_claim(p_tenant_id, p_intent ->> 'id', 'payment_intent',
                                           p_payment_id, p_now);
    IF p_intent ->> 'latest_charge' IS NOT NULL THEN
        PERFORM payments.provider_object_claim(p_tenant_id, p_intent ->> 'latest_charge', 'charge',
                                               p_payment_id, p_now);
    END IF;
    UPDATE payments.payment_intents AS i
       SET stripe_payment_intent_id = p_intent ->> 'id',
           stripe_status = CASE WHEN i.stripe_status IN ('succeeded', 'canceled')
               THEN i.stripe_status
                                ELSE coalesce(p_intent ->> 'status', i.stripe_status) END,
           client_secret = coalesce(p_intent ->> 'client_secret', i.client_secret),
           livemode = coalesce(i.livemode, (p_intent ->> 'livemode')::boolean),
           latest_charge_id = coalesce(p_intent ->> 'latest_charge', i.latest_charge_id),
           canceled_at = coalesce(payments.from_epoch(p_intent ->> 'canceled_at'), i.canceled_at),
           cancellation_reason = coalesce(p_intent ->> 'cancellation_reason',
                                          i.cancellation_reason),
           updated_at = p_now
     WHERE i.tenant_id = p_tenant_id AND i.id = p_payment_id
       AND (i.stripe_payment_intent_id IS NULL OR i.latest_charge_id IS NULL
            OR (i.stripe_status IS DISTINCT FROM coalesce(p_intent ->> 'status', i.stripe_status)
                AND (i.stripe_status IN ('succeeded', 'canceled')) IS NOT TRUE));
END
$$;
COMMENT ON FUNCTION payments.payment_intent_mirror(uuid, uuid, jsonb, timestamptz) IS
    'Keeps Stripe''s ids and last word on a payment (an object without status only adds ids that '
    'are missing), and remembers whose they are. Raises PY033 when an id is another row''s.';
