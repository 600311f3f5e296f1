-- Nothing is applied to a row that the event is not about: an object unknown here waits for our own
-- commit, and what contradicts our row is for a person.
CREATE OR REPLACE FUNCTION payments.stripe_event_locate(
    p_tenant_id uuid, p_event jsonb, p_noun text, p_stripe_id text,
    p_compared text[] DEFAULT '{}', p_charge_id text DEFAULT NULL, OUT state text,
    OUT reason text, OUT object_id uuid, OUT enqueued integer
)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
    v_ours record;
BEGIN
    enqueued := 0;
    SELECT o.object_id INTO object_id FROM payments.provider_objects AS o
     WHERE o.provider_id IN (p_stripe_id, p_charge_id) AND o.tenant_id = p_tenant_id
       AND (o.object_type = p_noun
            OR (p_noun = 'payment' AND o.object_type IN ('payment_intent', 'charge')))
     LIMIT 1;
    IF NOT FOUND THEN
        state := 'waiting';
        reason := p_noun || ' not known yet';
        RETURN;
    END IF;
    IF p_noun = 'payment' THEN
        SELECT p.amount::text, p.currency, i.livemode::text INTO v_ours
          FROM payments.payment_transactions AS p
          JOIN payments.payment_intents AS i ON i.tenant_id = p_tenant_id AND i.id = p.id
         WHERE p.tenant_id = p_tenant_id AND p.id = object_id
           FOR NO KEY UPDATE OF p;
        reason := CASE
            WHEN 'amount' = ANY (p_compared)
                AND v_object ->> 'amount' IS DISTINCT FROM v_ours.amount
                THEN format('amount %s, ours is %s', v_object ->> 'amount', v_ours.amount)
            WHEN 'currency' = ANY (p_compared)
                AND v_object ->> 'currency' IS DISTINCT FROM v_ours.currency
                THEN format('currency %s, ours is %s', v_object ->> 'currency', v_ours.currency)
            WHEN p_event ->> 'livemode' IS DISTINCT FROM v_ours.livemode
                THEN format('livemode %s, ours is %s', p_event ->> 'livemode', v_ours.livemode) END;
    END IF;
    state := CASE WHEN reason IS NULL THEN 'done' ELSE 'quarantined' END;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_locate(uuid, jsonb, text, text, text[], text) IS
    'Our payment, account or transfer (p_noun) that an event is about, by its id at Stripe (a '
    'payment: or its charge''s): done when found, waiting when not known yet. A payment is locked, '
    'and the event quarantined where its mode, or what p_compared names of amount and currency, is '
    'not the payment''s.';
