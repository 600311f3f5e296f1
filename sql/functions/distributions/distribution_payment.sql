CREATE OR REPLACE FUNCTION payments.distribution_payment(p_tenant_id uuid, p_request jsonb)
RETURNS payments.payment_transactions
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payment payments.payment_transactions;
    v_id uuid;
BEGIN
    SELECT i.id INTO v_id FROM payments.payment_intents AS i
     WHERE i.tenant_id = p_tenant_id
       AND i.stripe_payment_intent_id = p_request ->> 'paymentIntentId';
    v_payment := payments.payment_lock(p_tenant_id, v_id);
    -- Only now: the charge is known once the payment is settled, and settling holds this lock.
    PERFORM FROM payments.payment_intents AS i
      WHERE i.tenant_id = p_tenant_id AND i.id = v_id
        AND i.latest_charge_id = p_request ->> 'chargeId';
    IF NOT FOUND OR v_payment.order_id IS DISTINCT FROM p_request ->> 'orderId' THEN
        RAISE EXCEPTION 'no such payment with this order and charge' USING ERRCODE = 'PY010';
    END IF;
    IF v_payment.settled_at IS NULL THEN
        RAISE EXCEPTION 'nothing was captured of this payment yet' USING ERRCODE = 'PY030';
    END IF;
    IF payments.payment_frozen(p_tenant_id, v_id) THEN
        RAISE EXCEPTION 'a dispute is open: the bank decides about this money'
            USING ERRCODE = 'PY052';
    END IF;
    IF v_payment.amount_captured IS DISTINCT FROM (p_request ->> 'totalAmount')::bigint THEN
        RAISE EXCEPTION 'totalAmount must be what was captured: %', v_payment.amount_captured
            USING ERRCODE = 'PY021';
    END IF;
    RETURN v_payment;
END
$$;
COMMENT ON FUNCTION payments.distribution_payment(uuid, jsonb) IS
    'Finds and locks the captured payment that a distribution names by intent, charge and order. '
    'Raises PY010, PY021 (another amount was captured), PY030, PY052.';
