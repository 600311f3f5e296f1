CREATE OR REPLACE FUNCTION payments.refund_amount(
    p_payment payments.payment_transactions, p_amount bigint
) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_remaining CONSTANT bigint := greatest(0, p_payment.amount_captured - p_payment.amount_refunded
        - p_payment.amount_refund_pending - p_payment.amount_disputed);
BEGIN
    IF p_payment.settled_at IS NULL THEN
        RAISE EXCEPTION 'nothing was captured of this payment'
            USING ERRCODE = 'PY052', HINT = 'Cancel it instead.';
    END IF;
    IF payments.payment_frozen(p_payment.tenant_id, p_payment.id) THEN
        RAISE EXCEPTION 'a dispute is open: the bank decides about this money'
            USING ERRCODE = 'PY052';
    END IF;
    IF p_amount <= 0 THEN
        RAISE EXCEPTION 'a refund is of at least 1 minor unit' USING ERRCODE = 'PY021';
    END IF;
    PERFORM payments.currency_unit_check(p_payment.currency, p_amount);
    IF v_remaining = 0 OR p_amount > v_remaining THEN
        RAISE EXCEPTION '% of this payment can still be refunded', v_remaining
            USING ERRCODE = 'PY051';
    END IF;
    RETURN coalesce(p_amount, v_remaining);
END
$$;
COMMENT ON FUNCTION payments.refund_amount(payments.payment_transactions, bigint) IS
    'The amount to refund of a locked payment, minor units: as asked, or all that remains. Raises '
    'PY021, PY051 (more than remains), PY052 (not captured, or disputed).';
