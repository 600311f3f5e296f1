CREATE OR REPLACE FUNCTION payments.refund_policy_check(
    p_payment payments.payment_transactions, p_amount bigint, p_reason text, p_subject text,
    p_now timestamptz
) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_policy payments.refund_policies;
    v_most bigint;
BEGIN
    SELECT r.* INTO v_policy FROM payments.refund_policies AS r
     WHERE r.tenant_id = p_payment.tenant_id AND r.show_id IN ('', coalesce(p_payment.show_id, ''))
     ORDER BY r.show_id DESC, r.version DESC LIMIT 1;
    -- What the buyer is owed by law or by the bank is not the platform's to refuse.
    IF NOT FOUND OR p_subject = ANY (v_policy.override_subjects)
        OR p_reason IN ('duplicate', 'fraudulent', 'event_canceled') THEN
        RETURN v_policy.id;
    END IF;
    IF v_policy.closes_before IS NOT NULL
        AND p_now > v_policy.show_starts_at - v_policy.closes_before THEN
        RAISE EXCEPTION 'refunds for this event are closed' USING ERRCODE = 'PY053';
    END IF;
    v_most := p_payment.amount_captured
            - p_payment.amount_captured * v_policy.kept_basis_points / 10000;
    IF p_payment.amount_refunded + p_payment.amount_refund_pending + p_amount > v_most THEN
        RAISE EXCEPTION 'the policy refunds at most % of this payment', v_most
            USING ERRCODE = 'PY053';
    END IF;
    RETURN v_policy.id;
END
$$;
COMMENT ON FUNCTION payments.refund_policy_check(payments.payment_transactions, bigint, text, text,
                                                 timestamptz) IS
    'Id of the policy version that allows the refund; null: there is none. Duplicates, fraud and '
    'canceled events pass, as do the policy''s override subjects. Raises PY053.';
