CREATE OR REPLACE FUNCTION payments.posting_add(
    p_tenant_id uuid, p_debit_kind text, p_credit_kind text, p_recipient_type text,
    p_recipient_id text, p_amount bigint, p_currency text, p_cause_type text, p_cause_id uuid,
    p_leg text, p_payment_id uuid, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_kind text;
    v_type text;
    v_id text;
    v_accounts uuid[];
BEGIN
    IF p_amount = 0 THEN
        RETURN;
    END IF;
    FOREACH v_kind IN ARRAY ARRAY[p_debit_kind, p_credit_kind] LOOP
        v_type := CASE WHEN v_kind LIKE 'payee%' THEN p_recipient_type ELSE '' END;
        v_id := CASE WHEN v_kind LIKE 'payee%' THEN p_recipient_id ELSE '' END;
        v_accounts := v_accounts || payments.ledger_account_id(p_tenant_id, v_kind, v_type, v_id,
                                                               p_currency);
        PERFORM FROM payments.ledger_accounts AS a
          WHERE a.tenant_id = p_tenant_id AND a.id = v_accounts[cardinality(v_accounts)];
        IF NOT FOUND THEN
            INSERT INTO payments.ledger_accounts (tenant_id, id, kind, recipient_type,
                                                  recipient_id, currency, created_at)
            VALUES (p_tenant_id, v_accounts[cardinality(v_accounts)], v_kind, v_type, v_id,
                    p_currency, p_now)
            ON CONFLICT DO NOTHING;
        END IF;
    END LOOP;
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
