CREATE OR REPLACE FUNCTION payments.stripe_event_apply_account(p_tenant_id uuid, p_event jsonb)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_account_id uuid;
BEGIN
    enqueued := 0;
    SELECT o.object_id INTO v_account_id FROM payments.provider_objects AS o
     WHERE o.provider_id = p_event ->> 'account' AND o.tenant_id = p_tenant_id
       AND o.object_type = 'account';
    IF NOT FOUND THEN
        state := 'waiting';
        reason := 'account not known yet';
    ELSE
        state := 'done';
        enqueued := payments.fetch_enqueue(
            p_tenant_id, NULL, v_account_id, 'accounts', p_event ->> 'account', p_event ->> 'id');
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_account(uuid, jsonb) IS
    'On news of a connected account has it read from Stripe: snapshots come late and in any order, '
    'the account itself does not.';
