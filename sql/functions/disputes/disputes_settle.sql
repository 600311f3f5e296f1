CREATE OR REPLACE FUNCTION payments.disputes_settle(
    p_tenant_id uuid, p_payment_id uuid, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payment payments.payment_transactions;
    v_due integer := 0;
BEGIN
    v_payment := payments.payment_lock(p_tenant_id, p_payment_id);
    IF v_payment.settled_at IS NOT NULL THEN
        v_due := payments.dispute_losses_allocate(p_tenant_id, p_payment_id, p_now);
    END IF;
    RETURN v_due + payments.payment_freeze(p_tenant_id, p_payment_id,
                                           payments.payment_frozen(p_tenant_id, p_payment_id),
                                           p_now);
END
$$;
COMMENT ON FUNCTION payments.disputes_settle(uuid, uuid, timestamptz) IS
    'Shares out what lost disputes took, as soon as the payment is settled, pays again what a late '
    'win gave back, and freezes or releases the payment. Returns how many operations became due.';
