CREATE OR REPLACE FUNCTION payments.disputes_settle(p_tenant_id uuid, p_payment_id uuid, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_dispute record;
    v_loss bigint;
    v_due integer := 0;
    v_payment payments.payment_transactions;
BEGIN
    v_payment := payments.payment_lock(p_tenant_id, p_payment_id);
    IF v_payment.settled_at IS NOT NULL THEN
        FOR v_dispute IN
            SELECT d.id, d.amount FROM payments.disputes AS d
             WHERE d.tenant_id = p_tenant_id AND d.payment_id = p_payment_id AND d.status = 'lost' AND d.allocated_at IS NULL
             ORDER BY d.id
        LOOP
            -- A refund on its way may still be accepted: what it reserved is not shared out a second time.
            v_loss := least(v_dispute.amount, v_payment.amount_captured - (
                SELECT coalesce(sum(g.amount), 0) FROM payments.giveback_shares AS g
                 WHERE g.tenant_id = p_tenant_id AND g.payment_id = p_payment_id) - (
                SELECT coalesce(sum(r.amount), 0) FROM payments.payment_refunds AS r
                 WHERE r.tenant_id = p_tenant_id AND r.payment_id = p_payment_id AND r.status = 'pending' AND r.accepted_at IS NULL));
            UPDATE payments.disputes AS d SET allocated_at = p_now, allocated_amount = v_loss
             WHERE d.tenant_id = p_tenant_id AND d.id = v_dispute.id;
            v_due := v_due + payments.giveback_apply(p_tenant_id, p_payment_id, 'dispute', v_dispute.id, v_loss, 'disputes', p_now);
        END LOOP;
    END IF;
    RETURN v_due + payments.payment_freeze(p_tenant_id, p_payment_id, payments.payment_frozen(p_tenant_id, p_payment_id), p_now);
END
$$;
COMMENT ON FUNCTION payments.disputes_settle(uuid, uuid, timestamptz) IS
    'Shares out each lost dispute once, as soon as the payment is settled, and freezes or releases the payment. Returns how many operations became due.';
