CREATE OR REPLACE FUNCTION ops.ledger_balance_at(p_tenant_id uuid, p_at timestamptz)
RETURNS TABLE (kind text, recipient_type text, recipient_id text, currency text, debit bigint, credit bigint, balance bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT a.kind, a.recipient_type, a.recipient_id, a.currency,
           coalesce(sum(x.debit), 0)::bigint, coalesce(sum(x.credit), 0)::bigint, coalesce(sum(x.debit - x.credit), 0)::bigint
      FROM payments.ledger_accounts AS a
      LEFT JOIN (payments.ledger_postings AS g
                 CROSS JOIN LATERAL (VALUES (g.debit_account_id, g.amount, 0::bigint), (g.credit_account_id, 0, g.amount))
                       AS x (account_id, debit, credit))
        ON g.tenant_id = p_tenant_id AND x.account_id = a.id AND g.posted_at <= p_at
     WHERE a.tenant_id = p_tenant_id
     GROUP BY a.kind, a.recipient_type, a.recipient_id, a.currency
     ORDER BY 4, 1, 2, 3;
END
$$;
COMMENT ON FUNCTION ops.ledger_balance_at(uuid, timestamptz) IS
    'Every account''s balance as it was at a moment, minor units. Raises PY070. Example: SELECT * FROM ops.ledger_balance_at(''…'', now() - interval ''1 day'');';
