CREATE OR REPLACE FUNCTION payments.stripe_event_apply_transfer(p_tenant_id uuid, p_event jsonb)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
    v_transfer record;
BEGIN
    enqueued := 0;
    SELECT t.payment_id, t.amount, t.currency, t.stripe_account_id INTO v_transfer
      FROM payments.stripe_transfers AS t
      JOIN payments.provider_objects AS o ON o.tenant_id = p_tenant_id AND o.object_id = t.id
       AND o.object_type = 'transfer'
     WHERE t.tenant_id = p_tenant_id AND o.provider_id = v_object ->> 'id';
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'waiting', 'transfer not known yet', NULL::uuid, 0;
        RETURN;
    END IF;
    payment_id := v_transfer.payment_id;
    IF (v_transfer.amount::text, v_transfer.currency, v_transfer.stripe_account_id) IS DISTINCT FROM
       (v_object ->> 'amount', v_object ->> 'currency', v_object ->> 'destination') THEN
        state := 'quarantined';
        reason := 'amount, currency or destination is not ours';
    ELSE
        state := 'done';
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_transfer(uuid, jsonb) IS
    'Checks a transfer.* event against our transfer; the money was posted when its operation '
    'ended. Waits while that has not happened.';
