-- Nothing is applied to a row that the event is not about: an object unknown here waits for our own
-- commit, and what contradicts our row is for a person.
CREATE OR REPLACE FUNCTION payments.stripe_event_locate(
    p_tenant_id uuid, p_event jsonb, p_noun text, p_stripe_ids text[],
    p_compared text[] DEFAULT '{}', OUT state text, OUT reason text, OUT object_id uuid,
    OUT enqueued integer
)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
    v_payment record;
    v_livemode text;
BEGIN
    enqueued := 0;
    SELECT o.object_id INTO object_id FROM payments.provider_objects AS o
     WHERE o.provider_id = ANY (p_stripe_ids) AND o.tenant_id = p_tenant_id
       AND (o.object_type = p_noun
            OR (p_noun = 'payment' AND o.object_type IN ('payment_intent', 'charge')))
     LIMIT 1;
    IF NOT FOUND THEN
        state := 'waiting';
        reason := p_noun || ' not known yet';
        RETURN;
    END IF;
    IF p_noun = 'payment' THEN
        v_payment := payments.payment_lock(p_tenant_id, object_id);
        SELECT i.livemode::text INTO v_livemode FROM payments.payment_intents AS i
         WHERE i.tenant_id = p_tenant_id AND i.id = v_payment.id;
        SELECT format('%s %s, ours is %s', fact.name, fact.theirs, fact.ours) INTO reason
          FROM (VALUES ('amount', v_object ->> 'amount', v_payment.amount::text),
                       ('currency', v_object ->> 'currency', v_payment.currency),
                       ('livemode', p_event ->> 'livemode', v_livemode))
               AS fact (name, theirs, ours)
         WHERE (fact.name = 'livemode' OR fact.name = ANY (p_compared))
           AND fact.theirs IS DISTINCT FROM fact.ours
         LIMIT 1;
    END IF;
    state := CASE WHEN reason IS NULL THEN 'done' ELSE 'quarantined' END;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_locate(uuid, jsonb, text, text[], text[]) IS
    'Our payment, account or transfer (p_noun) that an event is about, by any of Stripe''s ids: '
    'done when found, waiting when not known yet. A payment is locked, and the event quarantined '
    'where its mode or what p_compared names (amount, currency) is not the payment''s.';
