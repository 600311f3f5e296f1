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
    v_folded CONSTANT xid8 := (SELECT rollup.folded_xid FROM payments.ledger_rollups AS rollup
                                WHERE rollup.tenant_id = p_tenant_id
                                  AND rollup.folded_xid <= pg_snapshot_xmax(pg_current_snapshot()));
    v_from CONSTANT xid8 := coalesce(v_folded, '0');
BEGIN
    RETURN QUERY
    WITH tail AS (
        SELECT side.account_id, sum(side.debit) AS debit, sum(side.credit) AS credit
          FROM payments.ledger_postings AS posting
         CROSS JOIN LATERAL (VALUES (posting.debit_account_id, posting.amount, 0::bigint),
                                    (posting.credit_account_id, 0, posting.amount))
               AS side (account_id, debit, credit)
         WHERE posting.tenant_id = p_tenant_id AND posting.posted_xid >= v_from
         GROUP BY side.account_id
    )
    SELECT account.id, account.kind, account.recipient_type, account.recipient_id, account.currency,
           (coalesce(balance.debit_total, 0) + coalesce(tail.debit, 0))::bigint,
           (coalesce(balance.credit_total, 0) + coalesce(tail.credit, 0))::bigint
      FROM payments.ledger_accounts AS account
      LEFT JOIN payments.ledger_balances AS balance
        ON balance.tenant_id = p_tenant_id AND balance.id = account.id AND v_folded IS NOT NULL
      LEFT JOIN tail ON tail.account_id = account.id
     WHERE account.tenant_id = p_tenant_id;
END
$$;
COMMENT ON FUNCTION payments.ledger_balance_rows(uuid) IS
    'Debits and credits of every account of a tenant in minor units, exact at this moment: the '
    'roll-up plus what is not folded yet.';
