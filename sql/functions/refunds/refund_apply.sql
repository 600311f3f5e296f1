CREATE OR REPLACE FUNCTION payments.refund_apply(
    p_tenant_id uuid, p_refund_id uuid, p_object jsonb, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_refund payments.payment_refunds;
    v_status CONSTANT text :=
        CASE p_object ->> 'status' WHEN 'requires_action' THEN 'pending'
                                   ELSE p_object ->> 'status' END;
    v_due integer := 0;
BEGIN
    SELECT r.* INTO v_refund FROM payments.payment_refunds AS r
     WHERE r.tenant_id = p_tenant_id AND r.id = p_refund_id FOR NO KEY UPDATE;
    IF v_refund.accepted_at IS NULL THEN
        UPDATE payments.payment_refunds AS r
           SET stripe_refund_id = p_object ->> 'id', accepted_at = p_now, updated_at = p_now
         WHERE r.tenant_id = p_tenant_id AND r.id = p_refund_id;
        v_due := payments.clawback_apply(p_tenant_id, v_refund.payment_id, 'refund', p_refund_id,
                                         v_refund.amount, 'provider_clearing', p_now);
    END IF;
    IF v_status = 'pending' THEN
        UPDATE payments.payment_refunds AS r
           SET pending_reason = p_object ->> 'pending_reason', updated_at = p_now
         WHERE r.tenant_id = p_tenant_id AND r.id = p_refund_id AND r.status = 'pending'
           AND r.pending_reason IS DISTINCT FROM p_object ->> 'pending_reason';
    END IF;
    IF v_status = v_refund.status OR v_refund.status IN ('failed', 'canceled')
        OR v_status = 'pending' THEN
        RETURN v_due;
    END IF;
    UPDATE payments.payment_refunds AS r
       SET status = v_status, pending_reason = NULL, failure_reason = p_object ->> 'failure_reason',
           updated_at = p_now
     WHERE r.tenant_id = p_tenant_id AND r.id = p_refund_id;
    IF v_status IN ('failed', 'canceled') THEN
        PERFORM payments.refund_batch_item_fail(p_tenant_id, p_refund_id,
                                                coalesce(p_object ->> 'failure_reason', v_status),
                                                p_now);
        v_due := v_due
            + payments.clawback_undo(p_tenant_id, v_refund.payment_id, 'refund_failure',
                                     p_refund_id, v_refund.amount, 'provider_clearing', p_now)
            -- A loss that the refund had left no room for is shared out now.
            + payments.dispute_losses_allocate(p_tenant_id, v_refund.payment_id, p_now);
    END IF;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.refund_apply(uuid, uuid, jsonb, timestamptz) IS
    'Applies Stripe''s refund to ours; the payment is locked. First acceptance asks the payees; a '
    'failure, even weeks later, gives everything back, and each payee is paid again, once. Any '
    'order and number of the same facts ends the same. Returns how many operations became due.';
