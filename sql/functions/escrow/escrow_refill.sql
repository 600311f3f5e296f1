CREATE OR REPLACE FUNCTION payments.escrow_refill(
    p_tenant_id uuid, p_payment_id uuid, p_refund_id uuid, p_recipient_type text,
    p_recipient_id text, p_amount bigint, p_now timestamptz
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_escrow record;
    v_part bigint;
BEGIN
    SELECT e.id, e.refunded_amount, e.status INTO v_escrow FROM payments.escrows AS e
     WHERE e.tenant_id = p_tenant_id AND e.payment_id = p_payment_id
       AND e.recipient_type = p_recipient_type AND e.recipient_id = p_recipient_id
       AND e.refunded_amount > 0 AND e.status <> 'released'
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    v_part := least(p_amount, v_escrow.refunded_amount);
    UPDATE payments.escrows AS e
       SET held_amount = e.held_amount + v_part, refunded_amount = e.refunded_amount - v_part,
           updated_at = p_now,
           status = CASE WHEN e.status <> 'canceled' THEN e.status
                         WHEN e.released_amount > 0 THEN 'partially_released' ELSE 'held' END
     WHERE e.tenant_id = p_tenant_id AND e.id = v_escrow.id;
    PERFORM payments.escrow_note(p_tenant_id, v_escrow.id, 'returned', v_part, 'refund failed',
                                 'stripe', p_refund_id::text, p_now);
    IF v_escrow.status = 'canceled' AND payments.payment_frozen(p_tenant_id, p_payment_id) THEN
        PERFORM payments.payment_freeze(p_tenant_id, p_payment_id, true, p_now);
    END IF;
    RETURN v_part;
END
$$;
COMMENT ON FUNCTION payments.escrow_refill(uuid, uuid, uuid, text, text, bigint, timestamptz) IS
    'Puts money of a failed refund back into the hold it came from and returns how much (minor '
    'units).';
