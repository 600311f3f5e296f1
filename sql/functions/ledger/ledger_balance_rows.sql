-- Not one statement: under row security a comparison with coalesce(…) counts as leaky and is no
-- index condition, so that what was folded long ago would be read each time. A variable is one.
CREATE OR REPLACE FUNCTION payments.ledger_balance_rows(p_tenant_id uuid)
RETURNS TABLE (account_id uuid, kind text, recipient_type text, recipient_id text, currency text,
               debit bigint, credit bigint)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    -- A roll-up ahead of this cluster's transactions comes from a restore: it counts for nothing
    -- until it is folded anew.
    v_folded CONSTANT xid8 := (SELECT r.folded_xid FROM payments.ledger_rollups AS r
                                WHERE r.tenant_id = p_tenant_id
                                  AND r.folded_xid <= pg_snapshot_xmax(pg_current_snapshot()));
    v_from CONSTANT xid8 := coalesce(v_folded, '0');
BEGIN
    RETURN QUERY
    WITH tail AS (
        SELECT x.account_id, sum(x.debit) AS debit, sum(x.credit) AS credit
          FROM payments.ledger_postings AS p
         CROSS JOIN LATERAL (VALUES (p.debit_account_id, p.amount, 0::bigint),
                                    (p.credit_account_id, 0, p.amount))
               AS x (account_id, debit, credit)
         WHERE p.tenant_id = p_tenant_id AND p.posted_xid >= v_from
         GROUP BY x.account_id
    )
    SELECT a.id, a.kind, a.recipient_type, a.recipient_id, a.currency,
           (coalesce(b.debit_total, 0) + coalesce(t.debit, 0))::bigint,
           (coalesce(b.credit_total, 0) + coalesce(t.credit, 0))::bigint
      FROM payments.ledger_accounts AS a
      LEFT JOIN payments.ledger_balances AS b ON b.tenant_id = p_tenant_id AND b.id = a.id
       AND v_folded IS NOT NULL
      LEFT JOIN tail AS t ON t.account_id = a.id
     WHERE a.tenant_id = p_tenant_id;
END
$$;
COMMENT ON FUNCTION payments.ledger_balance_rows(uuid) IS
    'Debits and credits of every account of a tenant in minor units, exact at this moment: the '
    'roll-up plus what is not folded yet.';
