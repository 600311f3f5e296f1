CREATE OR REPLACE FUNCTION payments.stripe_event_apply_payout(p_tenant_id uuid, p_event jsonb,
    p_now timestamptz)
RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_object CONSTANT jsonb := p_event #> '{data,object}';
    -- paid may become failed, never the other way round.
    v_order CONSTANT text[] := ARRAY['pending', 'in_transit', 'paid', 'canceled', 'failed'];
    v_account_id uuid;
BEGIN
    SELECT l.* INTO state, reason, v_account_id, enqueued
      FROM payments.stripe_event_locate(p_tenant_id, p_event, 'account',
                                        p_event ->> 'account') AS l;
    IF state = 'done' THEN
        INSERT INTO payments.payouts AS y
            (tenant_id, id, connected_account_id, stripe_payout_id, amount, currency, status,
             arrival_date, failure_code, failure_message, created_at, updated_at)
        VALUES (p_tenant_id, payments.id_derive(p_tenant_id, 'payout', v_object ->> 'id'),
                v_account_id, v_object ->> 'id',
                (v_object ->> 'amount')::bigint, v_object ->> 'currency', v_object ->> 'status',
                payments.from_epoch(v_object ->> 'arrival_date'), v_object ->> 'failure_code',
                v_object ->> 'failure_message', p_now, p_now)
        ON CONFLICT (tenant_id, id) DO UPDATE
            SET status = excluded.status,
                arrival_date = coalesce(excluded.arrival_date, y.arrival_date),
                failure_code = excluded.failure_code, failure_message = excluded.failure_message,
                updated_at = p_now
            WHERE array_position(v_order, excluded.status) > array_position(v_order, y.status);
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION payments.stripe_event_apply_payout(uuid, jsonb, timestamptz) IS
    'Records what Stripe says of a payee''s payout, forward only, so that the payee can be told '
    'where its money is.';
