CREATE OR REPLACE FUNCTION payments.refund_refused(p_tenant_id uuid, p_refund_id uuid, p_code text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    UPDATE payments.payment_refunds AS r
       SET status = 'failed', failure_reason = p_code, updated_at = p_now
     WHERE r.tenant_id = p_tenant_id AND r.id = p_refund_id AND r.status = 'pending' AND r.accepted_at IS NULL;
    IF FOUND THEN
        PERFORM payments.refund_batch_item_fail(p_tenant_id, p_refund_id, p_code, p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.refund_refused(uuid, uuid, text, timestamptz) IS
    'Stripe refused a refund outright: its reservation is lifted; nobody had been asked yet.';
