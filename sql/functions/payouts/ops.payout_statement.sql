CREATE OR REPLACE FUNCTION ops.payout_statement(
    p_tenant_id uuid, p_recipient_type text, p_recipient_id text, p_from timestamptz DEFAULT NULL,
    p_to timestamptz DEFAULT NULL
) RETURNS TABLE (happened_at timestamptz, what text, payment_id uuid, order_id text, currency text,
                 amount numeric, balance numeric)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_period CONSTANT tstzrange := payments.report_period(p_from, p_to);
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    WITH mine AS (
        SELECT b.account_id, b.currency, b.credit - b.debit AS owed, b.credit + b.debit AS turnover
          FROM payments.ledger_balance_rows(p_tenant_id) AS b
         WHERE b.recipient_type = p_recipient_type AND b.recipient_id = p_recipient_id
           AND b.kind IN ('payee_payable', 'payee_held', 'payee_receivable')
    ), lines AS MATERIALIZED (
        SELECT g.posted_at AS at, g.id, g.cause_type, g.payment_id, g.currency,
               CASE WHEN m.account_id = g.credit_account_id THEN g.amount
                    ELSE -g.amount END AS amount
          FROM mine AS m
          JOIN payments.ledger_postings AS g ON g.tenant_id = p_tenant_id
           AND m.account_id IN (g.debit_account_id, g.credit_account_id)
           AND g.posted_at >= lower(v_period)
    ), before AS (
        -- Back from today's balance: the postings of a payee's whole life are not read, only those
        -- since the period began.
        SELECT m.currency, sum(m.owed) - coalesce(max(l.since), 0) AS amount
          FROM mine AS m
          LEFT JOIN (SELECT x.currency, sum(x.amount) AS since,
                            sum(abs(x.amount)) FILTER (WHERE x.at >= upper(v_period)) AS later
                       FROM lines AS x GROUP BY x.currency) AS l ON l.currency = m.currency
         GROUP BY m.currency HAVING sum(m.turnover) > coalesce(max(l.later), 0)
    ), moved AS (
        -- Between two accounts of the same payee nothing comes or goes.
        SELECT l.at, l.id, l.cause_type, l.payment_id, l.currency, sum(l.amount) AS amount
          FROM lines AS l WHERE l.at < upper(v_period)
         GROUP BY l.at, l.id, l.cause_type, l.payment_id, l.currency
        HAVING sum(l.amount) <> 0
    ), statement AS (
        SELECT lower(v_period) AS at, NULL::uuid AS id, 'balance before' AS what,
               NULL::uuid AS payment_id, b.currency, b.amount, 0 AS place
          FROM before AS b
        UNION ALL
        SELECT m.at, m.id, m.cause_type, m.payment_id, m.currency, m.amount, 1 FROM moved AS m
    )
    SELECT s.at, s.what, s.payment_id, p.order_id, s.currency, s.amount,
           sum(s.amount) OVER (PARTITION BY s.currency ORDER BY s.place, s.at, s.id)
      FROM statement AS s
      LEFT JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id
       AND p.id = s.payment_id
     ORDER BY s.currency, s.place, s.at, s.id;
END
$$;
COMMENT ON FUNCTION ops.payout_statement(uuid, text, text, timestamptz, timestamptz) IS
    'One payee''s statement of account, in minor units per currency: what was owed before the '
    'period, then everything that was earned, transferred, taken back or netted, with the balance '
    'after it. Positive: the platform owes the payee. Default: the last 30 days. Raises PY020, '
    'PY070. Example: SELECT * FROM ops.payout_statement(''…'', ''venue'', ''blue-note'', '
    '''2026-10-01'', ''2026-11-01'');';
