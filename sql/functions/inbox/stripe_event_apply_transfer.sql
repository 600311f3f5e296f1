CREATE OR REPLACE FUNCTION payments.stripe_event_apply_transfer(p_tenant_id uuid, p_event jsonb)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
    v_transfer_id uuid;
    v_ours record;
BEGIN
    SELECT l.* INTO state, reason, v_transfer_id, enqueued
      FROM payments.stripe_event_locate(p_tenant_id, p_event, 'transfer', v_object ->> 'id') AS l;
    IF state = 'done' THEN
        SELECT t.payment_id, t.amount::text, t.currency, t.stripe_account_id INTO v_ours
          FROM payments.stripe_transfers AS t
         WHERE t.tenant_id = p_tenant_id AND t.id = v_transfer_id;
        payment_id := v_ours.payment_id;
        IF (v_ours.amount, v_ours.currency, v_ours.stripe_account_id) IS DISTINCT FROM
           (v_object ->> 'amount', v_object ->> 'currency', v_object ->> 'destination') THEN
            state := 'quarantined';
            reason := 'amount, currency or destination is not ours';
        END IF;
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_transfer(uuid, jsonb) IS
    'Checks a transfer.* event against our transfer; the money was posted when its operation '
    'ended. Waits while that has not happened.';
