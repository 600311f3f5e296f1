CREATE OR REPLACE FUNCTION payments.invariant_balances_equal_postings(p_tenant_id uuid)
RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    WITH fold AS (
        SELECT rollup.folded_xid FROM payments.ledger_rollups AS rollup
         WHERE rollup.tenant_id = p_tenant_id
           AND rollup.folded_xid <= pg_snapshot_xmax(pg_current_snapshot())
    ), folded AS (
        SELECT side.account_id, sum(side.debit) AS debit, sum(side.credit) AS credit
          FROM payments.ledger_postings AS posting
         CROSS JOIN LATERAL (VALUES (posting.debit_account_id, posting.amount, 0::bigint),
                                    (posting.credit_account_id, 0, posting.amount))
               AS side (account_id, debit, credit)
         WHERE posting.tenant_id = p_tenant_id
           AND posting.posted_xid < coalesce((SELECT fold.folded_xid FROM fold), '0'::xid8)
         GROUP BY side.account_id
    )
    SELECT 'ledger_account', coalesce(kept.id, folded.account_id)::text,
           format('rolled up %s / %s, postings %s / %s', kept.debit_total, kept.credit_total,
                  folded.debit, folded.credit)
      FROM (SELECT balance.* FROM payments.ledger_balances AS balance
             WHERE balance.tenant_id = p_tenant_id AND EXISTS (SELECT FROM fold)) AS kept
      FULL JOIN folded ON folded.account_id = kept.id
     WHERE coalesce(kept.debit_total, 0) <> coalesce(folded.debit, 0)
        OR coalesce(kept.credit_total, 0) <> coalesce(folded.credit, 0)
$$;
COMMENT ON FUNCTION payments.invariant_balances_equal_postings(uuid) IS
    'Breaches of M12: the rolled-up balance of every account equals the sum of its folded '
    'postings.';
