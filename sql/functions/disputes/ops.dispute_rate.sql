CREATE OR REPLACE FUNCTION ops.dispute_rate(
    p_tenant_id uuid, p_from timestamptz DEFAULT NULL, p_to timestamptz DEFAULT NULL
) RETURNS TABLE (currency text, payments bigint, captured numeric, disputes bigint,
                 disputed numeric, rate_basis_points bigint, open bigint, won bigint, lost bigint,
                 lost_amount numeric)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_period CONSTANT tstzrange := payments.report_period(p_from, p_to);
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    WITH paid AS (
        SELECT p.currency AS code, count(*) AS payments, sum(p.amount_captured) AS captured
          FROM payments.payment_transactions AS p
         WHERE p.tenant_id = p_tenant_id AND p.created_at >= lower(v_period)
           AND p.created_at < upper(v_period) AND p.amount_captured > 0
         GROUP BY p.currency
    ), claimed AS (
        SELECT d.currency AS code, count(*) AS disputes, sum(d.amount) AS disputed,
               count(*) FILTER (WHERE d.status NOT IN ('won', 'lost', 'warning_closed',
                                                       'prevented')) AS open,
               count(*) FILTER (WHERE d.status = 'won') AS won,
               count(*) FILTER (WHERE d.status = 'lost') AS lost,
               coalesce(sum(d.amount) FILTER (WHERE d.status = 'lost'), 0) AS lost_amount
          FROM payments.disputes AS d
         WHERE d.tenant_id = p_tenant_id AND d.created_at >= lower(v_period)
           AND d.created_at < upper(v_period)
         GROUP BY d.currency
    )
    SELECT code, coalesce(p.payments, 0), coalesce(p.captured, 0), coalesce(d.disputes, 0),
           coalesce(d.disputed, 0),
           coalesce(d.disputes, 0) * 10000 / nullif(p.payments, 0), coalesce(d.open, 0),
           coalesce(d.won, 0), coalesce(d.lost, 0),
           coalesce(d.lost_amount, 0)
      FROM paid AS p FULL JOIN claimed AS d USING (code) ORDER BY code;
END
$$;
COMMENT ON FUNCTION ops.dispute_rate(uuid, timestamptz, timestamptz) IS
    'Disputes opened in a period beside the payments made in it, per currency: counts, amounts in '
    'minor units, and the rate by number in basis points (card networks start to watch near 75). '
    'Default: the last 30 days. Raises PY020, PY070. Example: SELECT * FROM '
    'ops.dispute_rate(''…'');';
