CREATE OR REPLACE FUNCTION payments.invariant_balances_equal_postings(p_tenant_id uuid)
RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    WITH fold AS (
        SELECT r.folded_xid FROM payments.ledger_rollups AS r
         WHERE r.tenant_id = p_tenant_id AND r.folded_xid <= pg_snapshot_xmax(pg_current_snapshot())
    ), folded AS (
        SELECT x.account_id, sum(x.debit) AS debit, sum(x.credit) AS credit
          FROM payments.ledger_postings AS g
         CROSS JOIN LATERAL (VALUES (g.debit_account_id, g.amount, 0::bigint),
                                    (g.credit_account_id, 0, g.amount))
               AS x (account_id, debit, credit)
         WHERE g.tenant_id = p_tenant_id
           AND g.posted_xid < coalesce((SELECT f.folded_xid FROM fold AS f), '0'::xid8)
         GROUP BY x.account_id
    )
    SELECT 'ledger_account', coalesce(b.id, f.account_id)::text,
           format('rolled up %s / %s, postings %s / %s', b.debit_total, b.credit_total, f.debit,
                  f.credit)
      FROM (SELECT x.* FROM payments.ledger_balances AS x
             WHERE x.tenant_id = p_tenant_id AND EXISTS (SELECT FROM fold)) AS b
      FULL JOIN folded AS f ON f.account_id = b.id
     WHERE coalesce(b.debit_total, 0) <> coalesce(f.debit, 0)
        OR coalesce(b.credit_total, 0) <> coalesce(f.credit, 0)
$$;
COMMENT ON FUNCTION payments.invariant_balances_equal_postings(uuid) IS
    'Breaches of M12: the rolled-up balance of every account equals the sum of its folded postings.';
