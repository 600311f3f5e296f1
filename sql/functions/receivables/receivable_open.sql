CREATE OR REPLACE FUNCTION payments.receivable_open(
    p_tenant_id uuid, p_payment_id uuid, p_recipient_type text, p_recipient_id text,
    p_cause_type text, p_cause_id uuid, p_amount bigint, p_currency text, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'receivable', p_cause_type,
                                             p_cause_id::text, p_recipient_type, p_recipient_id);
BEGIN
    IF p_amount = 0 THEN
        RETURN;
    END IF;
    INSERT INTO payments.receivables
        (tenant_id, id, payment_id, recipient_type, recipient_id, cause_type, cause_id, amount,
         currency, created_at, updated_at)
    VALUES (p_tenant_id, v_id, p_payment_id, p_recipient_type, p_recipient_id, p_cause_type,
            p_cause_id, p_amount, p_currency, p_now, p_now);
    PERFORM payments.posting_add(
        p_tenant_id, 'payee_receivable', 'payee_payable', p_recipient_type, p_recipient_id,
        p_amount, p_currency, 'receivable', v_id, 'opened', p_payment_id, p_now);
END
$$;
COMMENT ON FUNCTION payments.receivable_open(uuid, uuid, text, text, text, uuid, bigint, text,
                                             timestamptz) IS
    'Books what a payee owes (minor units; 0: nothing). Raises unique_violation when that cause '
    'was booked before.';
