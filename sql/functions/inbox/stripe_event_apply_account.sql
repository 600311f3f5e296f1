CREATE OR REPLACE FUNCTION payments.stripe_event_apply_account(p_tenant_id uuid, p_event jsonb)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_account_id uuid;
BEGIN
    SELECT l.* INTO state, reason, v_account_id, enqueued
      FROM payments.stripe_event_locate(p_tenant_id, p_event, 'account',
                                        p_event ->> 'account') AS l;
    IF state = 'done' THEN
        enqueued := payments.fetch_enqueue(
            p_tenant_id, NULL, v_account_id, 'accounts', p_event ->> 'account', p_event ->> 'id');
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_account(uuid, jsonb) IS
    'On news of a connected account has it read from Stripe: snapshots come late and in any order, '
    'the account itself does not.';
