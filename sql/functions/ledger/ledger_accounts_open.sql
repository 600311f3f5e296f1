CREATE OR REPLACE FUNCTION payments.ledger_accounts_open(
    p_tenant_id uuid, p_payment_ids uuid[], p_currencies text[], p_at timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    INSERT INTO payments.ledger_accounts (tenant_id, id, kind, recipient_type, recipient_id,
                                          currency, created_at)
    SELECT p_tenant_id, payments.ledger_account_id(p_tenant_id, wanted.kind, wanted.rtype,
                                                   wanted.rid, wanted.currency),
           wanted.kind, wanted.rtype, wanted.rid, wanted.currency, p_at
      FROM (SELECT k AS kind, '' AS rtype, '' AS rid, c AS currency
              FROM unnest(ARRAY['provider_clearing', 'platform_revenue', 'provider_fees']) AS k,
                   unnest((SELECT p_currencies)) AS c
             UNION
            SELECT 'payee_payable', split.recipient_type, split.recipient_id, given.currency
              FROM unnest((SELECT p_payment_ids), p_currencies) AS given (payment_id, currency)
              JOIN payments.payment_splits AS split
                ON split.tenant_id = p_tenant_id AND split.payment_id = given.payment_id
             WHERE split.recipient_type <> 'platform') AS wanted
      -- LIMIT: one probe each, and never a scan of all the tenant's accounts.
      LEFT JOIN LATERAL (SELECT true AS open FROM payments.ledger_accounts AS account
                          WHERE account.tenant_id = p_tenant_id AND account.kind = wanted.kind
                            AND account.recipient_type = wanted.rtype
                            AND account.recipient_id = wanted.rid
                            AND account.currency = wanted.currency LIMIT 1) AS account ON true
     WHERE account.open IS NULL
     -- two first payments of the same payees must not wait for each other
     ORDER BY wanted.kind, wanted.rtype, wanted.rid, wanted.currency
    ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION payments.ledger_accounts_open(uuid, uuid[], text[], timestamptz) IS
    'Opens the ledger accounts that the recipients of payments need in their currencies, where '
    'they are missing.';
