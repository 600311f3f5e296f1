CREATE OR REPLACE FUNCTION payments.refund_adopt(
    p_payment payments.payment_transactions, p_object jsonb, p_now timestamptz
) RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_refund_id CONSTANT uuid := payments.id_derive(p_payment.tenant_id, 'refund', 'dashboard',
                                                    p_object ->> 'id');
    v_amount CONSTANT bigint := p_object ->> 'amount';
    -- One that has failed by the time we hear of it moved no money in the end: nobody is asked for
    -- anything.
    v_over CONSTANT boolean := coalesce(p_object ->> 'status' IN ('failed', 'canceled'), false);
BEGIN
    IF NOT v_over AND v_amount > p_payment.amount_captured - p_payment.amount_refunded
                                 - p_payment.amount_refund_pending THEN
        RETURN NULL;
    END IF;
    INSERT INTO payments.payment_refunds
        (tenant_id, id, payment_id, amount, currency, status, reason, metadata, origin, created_by,
         created_at, updated_at, stripe_refund_id, accepted_at, failure_reason)
    VALUES (p_payment.tenant_id, v_refund_id, p_payment.id, v_amount, p_payment.currency,
            CASE WHEN v_over THEN p_object ->> 'status' ELSE 'pending' END,
            coalesce(nullif(p_object ->> 'reason', 'expired_uncaptured_charge'), 'other'), '{}',
            'dashboard', 'stripe', p_now, p_now,
            CASE WHEN v_over THEN p_object ->> 'id' END, CASE WHEN v_over THEN p_now END,
            p_object ->> 'failure_reason');
    RETURN v_refund_id;
END
$$;
COMMENT ON FUNCTION payments.refund_adopt(payments.payment_transactions, jsonb, timestamptz) IS
    'Records a refund made at Stripe and not by us, and returns its id; null while our own '
    'reservations leave no room for it: it is tried again.';
