CREATE OR REPLACE FUNCTION payments.receivable_net(
    p_tenant_id uuid, p_payment_id uuid, p_recipient_type text, p_recipient_id text,
    p_amount bigint, p_currency text, p_cause_id uuid, p_now timestamptz
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_debt record;
    v_part bigint;
    v_netted bigint := 0;
    v_id uuid;
BEGIN
    FOR v_debt IN
        -- Locked by id, so that two payments of one payee never deadlock; kept back by age.
        WITH debt AS MATERIALIZED (
            -- What a repeated reversal is asking for is not kept back as well: one of the two
            -- collects it.
            SELECT d.id, d.created_at,
                   d.amount - d.amount_netted - d.amount_reversing - d.amount_reversed AS open
              FROM payments.receivables AS d
             WHERE d.tenant_id = p_tenant_id AND d.recipient_type = p_recipient_type
               AND d.recipient_id = p_recipient_id
               AND d.currency = p_currency AND d.amount_netted < d.amount
               AND d.amount_netted + d.amount_reversing + d.amount_reversed < d.amount
             ORDER BY d.id FOR NO KEY UPDATE
        )
        SELECT d.id, d.open FROM debt AS d ORDER BY d.created_at, d.id
    LOOP
        EXIT WHEN v_netted = p_amount;
        v_part := least(v_debt.open, p_amount - v_netted);
        v_id := payments.id_derive(p_tenant_id, 'netting', v_debt.id::text, p_payment_id::text,
                                   p_cause_id::text);
        INSERT INTO payments.receivable_nettings (tenant_id, id, receivable_id, payment_id,
                                                  cause_id, amount, created_at)
        VALUES (p_tenant_id, v_id, v_debt.id, p_payment_id, p_cause_id, v_part, p_now);
        UPDATE payments.receivables AS d
           SET amount_netted = d.amount_netted + v_part, updated_at = p_now
         WHERE d.tenant_id = p_tenant_id AND d.id = v_debt.id;
        PERFORM payments.posting_add(
            p_tenant_id, 'payee_payable', 'payee_receivable', p_recipient_type, p_recipient_id,
            v_part, p_currency, 'netting', v_id, 'kept', p_payment_id, p_now);
        v_netted := v_netted + v_part;
    END LOOP;
    RETURN v_netted;
END
$$;
COMMENT ON FUNCTION payments.receivable_net(uuid, uuid, text, text, bigint, text, uuid,
                                            timestamptz) IS
    'Keeps back what a payee owes from an amount about to be transferred to it, the oldest debt '
    'first (by created_at, then id), and returns how much (minor units).';
