CREATE OR REPLACE FUNCTION payments.escrow_hold(
    p_tenant_id uuid, p_payment_id uuid, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_escrow record;
BEGIN
    UPDATE payments.escrows AS e
       SET amount = s.amount, held_amount = s.amount, updated_at = p_now,
           status = CASE WHEN s.amount > 0 THEN 'held' ELSE 'canceled' END
      FROM payments.payment_splits AS s
     WHERE e.tenant_id = p_tenant_id AND e.payment_id = p_payment_id AND e.status = 'pending'
       AND s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id
       AND s.recipient_type = e.recipient_type AND s.recipient_id = e.recipient_id
    RETURNING e.id, e.amount, e.currency, e.recipient_type, e.recipient_id INTO v_escrow;
    IF FOUND THEN
        PERFORM payments.escrow_note(p_tenant_id, v_escrow.id, 'held', v_escrow.amount, NULL,
                                     'settlement', p_payment_id::text, p_now);
        PERFORM payments.posting_add(
            p_tenant_id, 'payee_payable', 'payee_held', v_escrow.recipient_type,
            v_escrow.recipient_id, v_escrow.amount, v_escrow.currency, 'escrow', v_escrow.id,
            'held', p_payment_id, p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.escrow_hold(uuid, uuid, timestamptz) IS
    'Moves the held recipient''s share of a payment that is being settled into the hold.';
