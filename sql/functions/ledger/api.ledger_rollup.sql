-- Folds only postings of transactions that every running transaction started after: a posting of an
-- older, still running transaction commits later but keeps its place behind folded_xid. "Newer than
-- my last look" would lose it.
CREATE OR REPLACE FUNCTION api.ledger_rollup(p_tenant_id uuid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_from xid8;
    v_to xid8;
    v_folded bigint;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    INSERT INTO payments.ledger_rollups (tenant_id, folded_xid, folded_at)
    VALUES (p_tenant_id, '0', payments.clock())
    ON CONFLICT DO NOTHING;
    SELECT rollup.folded_xid INTO v_from FROM payments.ledger_rollups AS rollup
     WHERE rollup.tenant_id = p_tenant_id FOR NO KEY UPDATE;
    v_to := pg_snapshot_xmin(pg_current_snapshot());
    IF v_from > v_to THEN
        -- Restored into a younger cluster: its transaction ids start again, so the sums do too.
        DELETE FROM payments.ledger_balances AS balance WHERE balance.tenant_id = p_tenant_id;
        v_from := '0';
    END IF;
    WITH sums AS (
        SELECT side.account_id, sum(side.debit) AS debit, sum(side.credit) AS credit,
               count(*) FILTER (WHERE side.debit > 0) AS postings
          FROM payments.ledger_postings AS posting
         CROSS JOIN LATERAL (VALUES (posting.debit_account_id, posting.amount, 0::bigint),
                                    (posting.credit_account_id, 0, posting.amount))
               AS side (account_id, debit, credit)
         WHERE posting.tenant_id = p_tenant_id AND posting.posted_xid >= v_from
           AND posting.posted_xid < v_to
         GROUP BY side.account_id
    ), folded AS (
        INSERT INTO payments.ledger_balances AS balance (tenant_id, id, debit_total, credit_total)
        SELECT p_tenant_id, sums.account_id, sums.debit, sums.credit FROM sums
        ON CONFLICT (tenant_id, id) DO UPDATE
            SET debit_total = balance.debit_total + excluded.debit_total,
                credit_total = balance.credit_total + excluded.credit_total
    )
    SELECT coalesce(sum(s.postings), 0)::bigint INTO v_folded FROM sums AS s;
    UPDATE payments.ledger_rollups AS rollup SET folded_xid = v_to, folded_at = payments.clock()
     WHERE rollup.tenant_id = p_tenant_id;
    RETURN v_folded;
END
$$;
COMMENT ON FUNCTION api.ledger_rollup(uuid) IS
    'Folds a tenant''s finished postings into ledger_balances and returns how many. Raises PY001, '
    'PY002.';
