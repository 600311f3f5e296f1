CREATE OR REPLACE FUNCTION payments.ledger_account_open(
    p_tenant_id uuid, p_kind text, p_recipient_type text, p_recipient_id text, p_currency text,
    p_now timestamptz
) RETURNS uuid
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_type CONSTANT text := CASE WHEN p_kind LIKE 'payee%' THEN p_recipient_type ELSE '' END;
    v_id CONSTANT text := CASE WHEN p_kind LIKE 'payee%' THEN p_recipient_id ELSE '' END;
    v_account_id CONSTANT uuid := payments.ledger_account_id(p_tenant_id, p_kind, v_type, v_id,
        p_currency);
BEGIN
    PERFORM FROM payments.ledger_accounts AS a WHERE a.tenant_id = p_tenant_id
        AND a.id = v_account_id;
    IF NOT FOUND THEN
        INSERT INTO payments.ledger_accounts (tenant_id, id, kind, recipient_type, recipient_id,
                                              currency, created_at)
        VALUES (p_tenant_id, v_account_id, p_kind, v_type, v_id, p_currency, p_now)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN v_account_id;
END
$$;
COMMENT ON FUNCTION payments.ledger_account_open(uuid, text, text, text, text, timestamptz) IS
    'Id of a ledger account, opened when missing. The recipient counts for the payee kinds only.';
