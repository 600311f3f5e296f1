-- A list shows an object as an event would have brought it: what no webhook and no sweep can bring
-- any more (Stripe keeps events for thirty days) goes the same way.
CREATE OR REPLACE FUNCTION payments.object_apply(p_tenant_id uuid, p_account text, p_resource text,
                                                 p_object jsonb) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_type CONSTANT text := CASE p_resource WHEN 'refunds' THEN 'refund.updated' WHEN 'disputes'
        THEN 'charge.dispute.updated'
                                            WHEN 'payouts' THEN 'payout.updated' END;
    -- A refund does not say in which mode it was made: it was read with our key.
    v_event jsonb := jsonb_build_object('type', v_type, 'data',
                                        jsonb_build_object('object', p_object), 'livemode',
                                        coalesce(
        p_object -> 'livemode',
        (SELECT to_jsonb(i.livemode) FROM payments.provider_objects AS o
           JOIN payments.payment_intents AS i ON i.tenant_id = p_tenant_id AND i.id = o.object_id
          WHERE o.tenant_id = p_tenant_id AND o.provider_id = p_object ->> 'payment_intent')));
BEGIN
    IF v_type IS NULL THEN
        RETURN 0;
    ELSIF p_account <> 'platform' THEN
        v_event := v_event || jsonb_build_object('account', p_account);
    END IF;
    RETURN (SELECT d.enqueued FROM payments.stripe_event_dispatch(
        p_tenant_id, CASE p_account WHEN 'platform' THEN 'platform'
        ELSE 'connect' END, v_event, payments.clock()) AS d);
END
$$;
COMMENT ON FUNCTION payments.object_apply(uuid, text, text, jsonb) IS
    'Applies a refund, dispute or payout of one of Stripe''s lists as its event would be. Returns '
    'how many operations became due.';
