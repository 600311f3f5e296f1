CREATE OR REPLACE FUNCTION payments.ledger_account_id(
    p_tenant_id uuid, p_kind text, p_recipient_type text, p_recipient_id text, p_currency text
) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT payments.id_derive(p_tenant_id, 'ledger_account', p_kind, p_recipient_type,
                                p_recipient_id, p_currency) $$;
COMMENT ON FUNCTION payments.ledger_account_id(uuid, text, text, text, text) IS
    'Id of the ledger account of that kind, recipient (empty for the tenant''s own) and currency.';
