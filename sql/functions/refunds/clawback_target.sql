-- Counted in units that the currency can pay (currency_unit), unless an odd amount was moved
-- elsewhere. In two steps when the shares changed on the way: up to what had been borne then in
-- those proportions, beyond it by what was left of each share. At the seam both give the same, so
-- nobody is asked for an old refund again.
CREATE OR REPLACE FUNCTION payments.clawback_target(
    p_shares bigint[], p_borne bigint[], p_total bigint, p_unit bigint DEFAULT 1
) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_borne CONSTANT bigint := coalesce((SELECT sum(b) FROM unnest(p_borne) AS b), 0);
    v_beyond bigint[];
BEGIN
    IF p_unit > 1 AND NOT EXISTS (SELECT FROM unnest(p_shares || p_borne || p_total) AS a
                                   WHERE a % p_unit <> 0) THEN
        RETURN (SELECT array_agg(g * p_unit ORDER BY n)
                  FROM unnest(payments.clawback_target(
                           (SELECT array_agg(s / p_unit ORDER BY n)
                              FROM unnest(p_shares) WITH ORDINALITY AS x (s, n)),
                           (SELECT array_agg(b / p_unit ORDER BY n)
                              FROM unnest(p_borne) WITH ORDINALITY AS x (b, n)),
                           p_total / p_unit)) WITH ORDINALITY AS t (g, n));
    END IF;
    IF v_borne = 0 THEN
        RETURN payments.clawback_calculate(p_shares, p_total);
    END IF;
    IF p_total <= v_borne THEN
        RETURN payments.clawback_calculate(p_borne, p_total);
    END IF;
    v_beyond := payments.clawback_calculate(
        (SELECT array_agg(s.share - s.borne ORDER BY s.n)
           FROM unnest(p_shares, p_borne) WITH ORDINALITY AS s (share, borne, n)),
        p_total - v_borne);
    RETURN (SELECT array_agg(s.borne + s.beyond ORDER BY s.n)
              FROM unnest(p_borne, v_beyond) WITH ORDINALITY AS s (borne, beyond, n));
END
$$;
COMMENT ON FUNCTION payments.clawback_target(bigint[], bigint[], bigint, bigint) IS
    'How much each recipient has given back once p_total went back to the buyer, when p_borne had '
    'gone back before the shares last changed. Minor units, multiples of p_unit. Raises PY023. '
    'Pure.';
