CREATE OR REPLACE FUNCTION payments.posting_add(
    p_tenant_id uuid, p_debit_kind text, p_credit_kind text, p_recipient_type text,
    p_recipient_id text, p_amount bigint,
    p_currency text, p_cause_type text, p_cause_id uuid, p_leg text, p_payment_id uuid,
    p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_accounts uuid[];
BEGIN
    IF p_amount = 0 THEN
        RETURN;
    END IF;
    v_accounts := ARRAY[
        payments.ledger_account_open(p_tenant_id, p_debit_kind, p_recipient_type, p_recipient_id,
                                     p_currency, p_now),
        payments.ledger_account_open(p_tenant_id, p_credit_kind, p_recipient_type, p_recipient_id,
                                     p_currency, p_now)];
    INSERT INTO payments.ledger_postings
        (tenant_id, id, debit_account_id, credit_account_id, amount, currency, cause_type, cause_id,
         leg, payment_id, posted_at)
    VALUES (p_tenant_id, payments.id_derive(p_tenant_id, 'posting', p_cause_type, p_cause_id::text,
                                            p_leg),
            v_accounts[1], v_accounts[2], p_amount, p_currency, p_cause_type, p_cause_id, p_leg,
            p_payment_id, p_now);
END
$$;
COMMENT ON FUNCTION payments.posting_add(uuid, text, text, text, text, bigint, text, text, uuid,
                                         text, uuid, timestamptz) IS
    'Posts an amount (minor units; 0: nothing) from one kind of account to another, opening them '
    'where missing. The recipient counts for the payee kinds only. Raises unique_violation when '
    'that leg of the cause was posted before.';
