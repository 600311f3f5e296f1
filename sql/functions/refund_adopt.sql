CREATE OR REPLACE FUNCTION payments.refund_adopt(p_payment payments.payment_transactions, p_object jsonb, p_now timestamptz) RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_refund_id CONSTANT uuid := payments.id_derive(p_payment.tenant_id, 'refund', 'dashboard', p_object ->> 'id');
BEGIN
    INSERT INTO payments.payment_refunds
        (tenant_id, id, payment_id, amount, currency, status, reason, metadata, origin, created_by, created_at, updated_at)
    VALUES (p_payment.tenant_id, v_refund_id, p_payment.id, (p_object ->> 'amount')::bigint, p_payment.currency, 'pending',
            coalesce(nullif(p_object ->> 'reason', 'expired_uncaptured_charge'), 'other'), '{}', 'dashboard', 'stripe', p_now, p_now);
    RETURN v_refund_id;
END
$$;
COMMENT ON FUNCTION payments.refund_adopt(payments.payment_transactions, jsonb, timestamptz) IS
    'Records a refund made at Stripe and not by us, and returns its id. Raises check_violation while our own reservations leave no room for it: it is tried again.';
