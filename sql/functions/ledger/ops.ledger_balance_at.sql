-- Back from today's balances: what is read is what was posted since, not a tenant's whole life.
CREATE OR REPLACE FUNCTION ops.ledger_balance_at(p_tenant_id uuid, p_at timestamptz)
RETURNS TABLE (kind text, recipient_type text, recipient_id text, currency text, debit bigint,
               credit bigint, balance bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    IF p_at IS NULL THEN
        RAISE EXCEPTION 'a moment must be named' USING ERRCODE = 'PY020';
    END IF;
    RETURN QUERY
    SELECT a.kind, a.recipient_type, a.recipient_id, a.currency,
           a.debit - coalesce(l.debit, 0)::bigint, a.credit - coalesce(l.credit, 0)::bigint,
           a.debit - a.credit - coalesce(l.debit - l.credit, 0)::bigint
      FROM payments.ledger_balance_rows(p_tenant_id) AS a
      LEFT JOIN (SELECT x.account_id, sum(x.debit) AS debit, sum(x.credit) AS credit
                   FROM payments.ledger_postings AS g
                  CROSS JOIN LATERAL (VALUES (g.debit_account_id, g.amount, 0::bigint),
                                             (g.credit_account_id, 0, g.amount))
                        AS x (account_id, debit, credit)
                  WHERE g.tenant_id = p_tenant_id AND g.posted_at > p_at
                  GROUP BY x.account_id) AS l ON l.account_id = a.account_id
     ORDER BY a.currency, a.kind, a.recipient_type, a.recipient_id;
END
$$;
COMMENT ON FUNCTION ops.ledger_balance_at(uuid, timestamptz) IS
    'Every account''s balance as it was at a moment, minor units. Raises PY020 (no moment), PY070. '
    'Example: SELECT * FROM ops.ledger_balance_at(''…'', now() - interval ''1 day'');';
