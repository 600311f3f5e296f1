-- Said in one place, and as often as anybody asks: a payment that reaches a state in which a
-- decision can be carried out comes here again.
CREATE OR REPLACE FUNCTION payments.reviews_enforce(
    p_tenant_id uuid, p_payment_id uuid, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_review payments.reviews;
    v_payment payments.payment_transactions;
BEGIN
    SELECT r.* INTO v_review FROM payments.reviews AS r
     WHERE r.tenant_id = p_tenant_id AND r.payment_id = p_payment_id
     ORDER BY array_position('{rejected,open,approved,canceled}', r.status), r.decided_at DESC
     LIMIT 1;
    IF NOT FOUND OR v_review.status = 'open' THEN
        RETURN 0;
    END IF;
    v_payment := payments.payment_lock(p_tenant_id, p_payment_id);
    IF v_review.status = 'rejected' THEN
        RETURN payments.payment_undo_rejected(v_payment, v_review);
    END IF;
    -- An automatic payment rests in requires_capture only because we asked for that.
    IF v_payment.status = 'requires_capture' AND v_payment.capture_method = 'automatic'
        AND v_review.status = 'approved' THEN
        PERFORM payments.payment_operation_enqueue(v_payment, 'capture',
                                      jsonb_build_object('amount_to_capture', v_payment.amount));
        RETURN 1;
    END IF;
    RETURN payments.transfers_hold(p_tenant_id, p_payment_id, NULL, 'review', false, p_now);
END
$$;
COMMENT ON FUNCTION payments.reviews_enforce(uuid, uuid, timestamptz) IS
    'Does what the reviews of a payment ask for in its present state, once: approved is captured '
    'and paid out, rejected canceled or refunded. Returns how many operations became due.';
