CREATE OR REPLACE FUNCTION payments.escrow_draw_down(
    p_tenant_id uuid, p_payment_id uuid, p_cause_type text, p_cause_id uuid, p_recipient_type text,
    p_recipient_id text, p_amount bigint, p_now timestamptz
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_escrow record;
    v_part bigint;
BEGIN
    SELECT e.id, e.held_amount INTO v_escrow FROM payments.escrows AS e
     WHERE e.tenant_id = p_tenant_id AND e.payment_id = p_payment_id
       AND e.recipient_type = p_recipient_type AND e.recipient_id = p_recipient_id
       AND e.held_amount > 0
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    v_part := least(p_amount, v_escrow.held_amount);
    UPDATE payments.escrows AS e
       SET held_amount = e.held_amount - v_part, refunded_amount = e.refunded_amount + v_part,
           updated_at = p_now,
           status = CASE WHEN e.held_amount > v_part THEN e.status ELSE 'canceled' END
     WHERE e.tenant_id = p_tenant_id AND e.id = v_escrow.id;
    PERFORM payments.escrow_note(p_tenant_id, v_escrow.id, 'refunded', v_part, p_cause_type,
                                 'stripe', p_cause_type || ':' || p_cause_id, p_now);
    RETURN v_part;
END
$$;
COMMENT ON FUNCTION payments.escrow_draw_down(uuid, uuid, text, uuid, text, text, bigint,
                                              timestamptz) IS
    'Takes up to p_amount (minor units) of a clawback out of the recipient''s hold and returns how '
    'much was there.';
