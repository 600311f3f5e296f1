CREATE OR REPLACE FUNCTION ops.ledger_balances(p_tenant_id uuid)
RETURNS TABLE (kind text, recipient_type text, recipient_id text, currency text, debit bigint,
               credit bigint, balance bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT r.kind, r.recipient_type, r.recipient_id, r.currency, r.debit, r.credit,
           r.debit - r.credit
      FROM payments.ledger_balance_rows(p_tenant_id) AS r
     ORDER BY r.currency, r.kind, r.recipient_type, r.recipient_id;
END
$$;
COMMENT ON FUNCTION ops.ledger_balances(uuid) IS
    'Every ledger account of a tenant with debits, credits and balance (debit minus credit), minor '
    'units. Raises PY070. Example: SELECT * FROM ops.ledger_balances(''…'');';
