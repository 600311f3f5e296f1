CREATE OR REPLACE FUNCTION payments.refund_refused(
    p_tenant_id uuid, p_refund_id uuid, p_code text, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payment_id uuid;
BEGIN
    UPDATE payments.payment_refunds AS r
       SET status = 'failed', failure_reason = p_code, updated_at = p_now
     WHERE r.tenant_id = p_tenant_id AND r.id = p_refund_id AND r.status = 'pending'
       AND r.accepted_at IS NULL
    RETURNING r.payment_id INTO v_payment_id;
    IF FOUND THEN
        PERFORM payments.dispute_losses_allocate(p_tenant_id, v_payment_id, p_now);
        PERFORM payments.refund_batch_item_fail(p_tenant_id, p_refund_id, p_code, p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.refund_refused(uuid, uuid, text, timestamptz) IS
    'Stripe refused a refund outright: its reservation is lifted; nobody had been asked yet. A '
    'loss that the reservation had left no room for is shared out now, and a batch it belongs to '
    'counts it as failed.';
