CREATE OR REPLACE FUNCTION ops.intent_funnel(p_tenant_id uuid, p_from timestamptz DEFAULT NULL,
                                             p_to timestamptz DEFAULT NULL)
RETURNS TABLE (step text, payments bigint, amount numeric, basis_points bigint, currency text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_period CONSTANT tstzrange := payments.report_period(p_from, p_to);
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    WITH reached AS (
        SELECT p.currency AS code, p.amount AS money, p.status = 'blocked' AS was_blocked,
               p.status NOT IN ('created', 'blocked', 'failed') AS offered,
               -- Stripe refused to make a failed one: no buyer saw it, though it has a failure_code
               -- as a declined card's has.
               p.status <> 'failed'
        AND (p.status NOT IN ('created', 'blocked', 'requires_payment_method', 'canceled')
                   OR p.failure_code IS NOT NULL OR p.amount_captured > 0) AS tried,
               p.status = 'requires_capture'
        OR p.amount_captured > 0 AS authorised, p.amount_captured > 0 AS captured,
               p.status IN ('canceled', 'failed') AS given_up,
               p.amount_refunded > 0 AS was_refunded, p.amount_disputed > 0 AS was_disputed
          FROM payments.payment_transactions AS p
         WHERE p.tenant_id = p_tenant_id AND p.created_at >= lower(v_period)
           AND p.created_at < upper(v_period)
    )
    SELECT s.step, count(*) FILTER (WHERE s.is_there),
           coalesce(sum(r.money) FILTER (WHERE s.is_there), 0)::numeric,
           count(*) FILTER (WHERE s.is_there) * 10000 / count(*), r.code
      FROM reached AS r
     CROSS JOIN LATERAL (VALUES (1, 'created', true), (2, 'offered to the buyer', r.offered),
                                (3, 'tried', r.tried),
         (4, 'authorised', r.authorised), (5, 'captured', r.captured),
         (6, 'refunded', r.was_refunded), (7, 'disputed', r.was_disputed),
         (8, 'given up', r.given_up), (9, 'blocked', r.was_blocked)) AS s (place, step, is_there)
     GROUP BY r.code, s.place, s.step ORDER BY r.code, s.place;
END
$$;
COMMENT ON FUNCTION ops.intent_funnel(uuid, timestamptz, timestamptz) IS
    'How far the payments created in a period came, per currency: number, what they ask for in '
    'minor units, share of all in basis points. Refunded: in full or in part; disputed: open or '
    'lost. Default: the last 30 days. Raises PY020, PY070. Example: SELECT * FROM '
    'ops.intent_funnel(''…'', now() - interval ''1 day'');';
