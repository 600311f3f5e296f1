CREATE OR REPLACE FUNCTION payments.stripe_event_apply_dispute(p_tenant_id uuid, p_event jsonb,
    p_now timestamptz)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
BEGIN
    SELECT l.* INTO state, reason, payment_id, enqueued
      FROM payments.stripe_event_locate(p_tenant_id, p_event, 'payment',
                                        v_object ->> 'payment_intent', '{currency}') AS l;
    IF state IS DISTINCT FROM 'done' THEN
        RETURN NEXT;
        RETURN;
    ELSIF payments.dispute_rank(v_object ->> 'status') IS NULL THEN
        RETURN QUERY SELECT 'quarantined', format('status %s is not one we know',
                                                  v_object ->> 'status'), payment_id, 0;
        RETURN;
    END IF;
    enqueued := payments.dispute_apply(payments.payment_lock(p_tenant_id, payment_id), v_object,
                                       p_now);
    SELECT format('balance transaction %s is in %s, the payment in %s', e ->> 'id',
                  e ->> 'currency', v_object ->> 'currency') INTO reason
      FROM jsonb_array_elements(coalesce(v_object -> 'balance_transactions', '[]')) AS e
     WHERE e ->> 'currency' <> v_object ->> 'currency' LIMIT 1;
    state := CASE WHEN reason IS NULL THEN 'done' ELSE 'quarantined' END;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_dispute(uuid, jsonb, timestamptz) IS
    'Applies a charge.dispute.* event, whichever comes first, the payment''s own success included. '
    'What it moved in another currency is posted in that one and the event quarantined: the '
    'difference is for a person.';
