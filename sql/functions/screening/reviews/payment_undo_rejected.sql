CREATE OR REPLACE FUNCTION payments.payment_undo_rejected(
    p_payment payments.payment_transactions, p_review payments.reviews
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_refund_id CONSTANT uuid := payments.id_derive(p_payment.tenant_id, 'refund', 'review',
                                                    p_review.id::text);
BEGIN
    IF p_payment.status IN ('requires_payment_method', 'requires_confirmation', 'requires_action',
                            'requires_capture') THEN
        PERFORM payments.payment_operation_enqueue(p_payment, 'cancel',
                                                   '{"cancellation_reason": "fraudulent"}');
        RETURN 1;
    END IF;
    IF p_payment.status <> 'succeeded' OR payments.payment_frozen(p_payment.tenant_id, p_payment.id)
       OR p_payment.amount_captured <= p_payment.amount_refunded + p_payment.amount_refund_pending
                                       + p_payment.amount_disputed
       OR EXISTS (SELECT FROM payments.payment_refunds AS r
                   WHERE r.tenant_id = p_payment.tenant_id AND r.id = v_refund_id) THEN
        RETURN 0;
    END IF;
    PERFORM payments.refund_request(
        p_payment.tenant_id, v_refund_id, p_payment.id,
        jsonb_build_object('reason', 'fraudulent', 'note', left(p_review.note, 500),
                           'origin', 'api', 'subject', p_review.decided_by));
    RETURN 1;
END
$$;
COMMENT ON FUNCTION payments.payment_undo_rejected(payments.payment_transactions,
                                                   payments.reviews) IS
    'Undoes a locked payment whose review was rejected: cancels it, or refunds all that remains, '
    'once. What is not yet possible is done when the payment moves on. Returns how many operations '
    'became due.';
