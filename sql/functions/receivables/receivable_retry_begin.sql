CREATE OR REPLACE FUNCTION payments.receivable_retry_begin(
    p_debt payments.receivables, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_transfer_id uuid;
    v_amount bigint;
BEGIN
    SELECT t.id, least(p_debt.amount - p_debt.amount_netted - p_debt.amount_reversing
                           - p_debt.amount_reversed,
                       t.amount - t.amount_reversed - t.amount_reversal_pending)
      INTO v_transfer_id, v_amount
      FROM payments.transfer_reversals AS v
      JOIN payments.stripe_transfers AS t ON t.tenant_id = p_debt.tenant_id AND t.id = v.transfer_id
     WHERE v.tenant_id = p_debt.tenant_id AND v.id = p_debt.cause_id
       AND p_debt.cause_type = 'reversal' AND p_debt.amount_reversing = 0;
    UPDATE payments.receivables AS d
       SET amount_reversing = d.amount_reversing + greatest(coalesce(v_amount, 0), 0),
           retries = d.retries + (coalesce(v_amount, 0) > 0)::integer, next_retry_at = NULL,
           updated_at = p_now
     WHERE d.tenant_id = p_debt.tenant_id AND d.id = p_debt.id;
    IF coalesce(v_amount, 0) <= 0 THEN
        RETURN 0;
    END IF;
    RETURN payments.reversal_request(p_debt.tenant_id, v_transfer_id, 'receivable',
        payments.receivable_retry_id(p_debt.tenant_id, p_debt.id, p_debt.retries + 1), v_amount,
        p_now);
END
$$;
COMMENT ON FUNCTION payments.receivable_retry_begin(payments.receivables, timestamptz) IS
    'Asks once more for the reversal of what a payee still owes, of a locked receivable: sets it '
    'aside, so that netting leaves it alone meanwhile. Nothing left to ask for: no more '
    'repetitions. Returns how many operations became due.';
