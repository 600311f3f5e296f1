CREATE OR REPLACE FUNCTION payments.ledger_accounts_open(p_tenant_id uuid, p_payment_id uuid,
                                                         p_currency text, p_at timestamptz)
RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    WITH wanted AS (
        SELECT k AS kind, '' AS rtype, '' AS rid
          FROM unnest(ARRAY['provider_clearing', 'platform_revenue', 'provider_fees']) AS k
        UNION ALL
        SELECT 'payee_payable', split.recipient_type, split.recipient_id
          FROM payments.payment_splits AS split
         WHERE split.tenant_id = p_tenant_id AND split.payment_id = p_payment_id
           AND split.recipient_type <> 'platform'
    )
    INSERT INTO payments.ledger_accounts (tenant_id, id, kind, recipient_type, recipient_id,
                                          currency, created_at)
    SELECT p_tenant_id,
           payments.ledger_account_id(p_tenant_id, wanted.kind, wanted.rtype, wanted.rid,
                                      p_currency),
           wanted.kind, wanted.rtype, wanted.rid, p_currency, p_at
      FROM wanted
     WHERE NOT EXISTS (SELECT FROM payments.ledger_accounts AS account
                        WHERE account.tenant_id = p_tenant_id AND account.kind = wanted.kind
                          AND account.recipient_type = wanted.rtype
                          AND account.recipient_id = wanted.rid AND account.currency = p_currency)
     -- two first payments of the same payees must not wait for each other
     ORDER BY wanted.kind, wanted.rtype, wanted.rid
    ON CONFLICT DO NOTHING
$$;
COMMENT ON FUNCTION payments.ledger_accounts_open(uuid, uuid, text, timestamptz) IS
    'Opens the ledger accounts that a payment''s recipients need in its currency, where they are '
    'missing.';
