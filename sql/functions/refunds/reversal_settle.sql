CREATE OR REPLACE FUNCTION payments.reversal_settle(
    p_tenant_id uuid, p_reversal_id uuid, p_object jsonb, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_reversal record;
BEGIN
    UPDATE payments.transfer_reversals AS r
       SET status = 'succeeded', stripe_reversal_id = p_object ->> 'id', updated_at = p_now
      FROM payments.stripe_transfers AS t
     WHERE r.tenant_id = p_tenant_id AND r.id = p_reversal_id AND r.status = 'pending'
       AND t.tenant_id = p_tenant_id AND t.id = r.transfer_id
    RETURNING r.amount, r.currency, r.payment_id, r.cause_type, r.cause_id, t.recipient_type,
              t.recipient_id INTO v_reversal;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM payments.posting_add(
        p_tenant_id, 'provider_clearing',
        CASE v_reversal.cause_type WHEN 'receivable' THEN 'payee_receivable'
                                   ELSE 'payee_payable' END,
        v_reversal.recipient_type, v_reversal.recipient_id, v_reversal.amount,
        v_reversal.currency, 'reversal', p_reversal_id, 'returned', v_reversal.payment_id, p_now);
    IF v_reversal.cause_type = 'receivable' THEN
        PERFORM payments.receivable_retry_end(p_tenant_id, v_reversal.payment_id,
                                              v_reversal.cause_id, v_reversal.amount, true, p_now);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.reversal_settle(uuid, uuid, jsonb, timestamptz) IS
    'Marks a reversal as done by the given Stripe reversal and posts it, once.';
