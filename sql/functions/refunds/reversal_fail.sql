CREATE OR REPLACE FUNCTION payments.reversal_fail(
    p_tenant_id uuid, p_reversal_id uuid, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_reversal record;
BEGIN
    UPDATE payments.transfer_reversals AS r
       SET status = 'failed', updated_at = p_now,
           shortfall = CASE r.cause_type WHEN 'receivable' THEN 0 ELSE r.amount END
      FROM payments.stripe_transfers AS t
     WHERE r.tenant_id = p_tenant_id AND r.id = p_reversal_id AND r.status = 'pending'
       AND t.tenant_id = p_tenant_id AND t.id = r.transfer_id
    RETURNING r.amount, r.currency, r.payment_id, r.cause_type, r.cause_id, t.recipient_type,
              t.recipient_id INTO v_reversal;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF v_reversal.cause_type = 'receivable' THEN
        PERFORM payments.receivable_retry_end(p_tenant_id, v_reversal.payment_id,
                                              v_reversal.cause_id, v_reversal.amount, false, p_now);
        RETURN;
    END IF;
    PERFORM payments.receivable_open(
        p_tenant_id, v_reversal.payment_id, v_reversal.recipient_type, v_reversal.recipient_id,
        'reversal', p_reversal_id, v_reversal.amount, v_reversal.currency, p_now);
    UPDATE payments.receivables AS d SET next_retry_at = payments.receivable_next_retry(0, p_now)
     WHERE d.tenant_id = p_tenant_id AND d.payment_id = v_reversal.payment_id
       AND d.cause_type = 'reversal' AND d.cause_id = p_reversal_id;
END
$$;
COMMENT ON FUNCTION payments.reversal_fail(uuid, uuid, timestamptz) IS
    'A reversal that the payee''s balance did not cover: its amount becomes a receivable of the '
    'payee, asked for again later; a repeated attempt leaves the receivable as it was.';
