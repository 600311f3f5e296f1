-- Sainte-Laguë, because it is house-monotone: with one more unit to give back nobody gives back
-- less. Largest remainder is not. Each recipient gets at least its quota's floor less the number of
-- recipients, so only the last few units are ranked.
CREATE OR REPLACE FUNCTION payments.clawback_calculate(p_shares bigint[], p_total bigint)
RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_n CONSTANT integer := cardinality(p_shares);
    v_sum CONSTANT numeric := (SELECT sum(s) FROM unnest(p_shares) AS s);
    v_given bigint[];
BEGIN
    IF p_total IS NULL OR p_total < 0 OR p_total > coalesce(v_sum, 0) THEN
        RAISE EXCEPTION 'what is given back must be from 0 to what was captured'
            USING ERRCODE = 'PY023';
    END IF;
    IF v_n = 0 OR v_sum = 0 THEN
        RETURN array_fill(0::bigint, ARRAY[v_n]);
    END IF;
    IF p_total = v_sum THEN
        RETURN p_shares;  -- what the ranking comes to, for the commonest case: all of it
    END IF;
    WITH base AS (
        SELECT s.n, s.share,
               greatest(0, div(p_total::numeric * s.share, v_sum) - v_n)::bigint AS given
          FROM unnest(p_shares) WITH ORDINALITY AS s (share, n)
    ), ranked AS (
        SELECT b.n, row_number() OVER (
                   ORDER BY round(b.share::numeric(60, 40) / (2 * (b.given + k) + 1), 30) DESC, b.n,
                         k) AS place
          FROM base AS b
         CROSS JOIN generate_series(0, 2 * v_n + 1) AS k
         WHERE b.given + k < b.share
    ), filled AS (
        SELECT r.n, count(*) AS units
          FROM ranked AS r
         WHERE r.place <= p_total - (SELECT sum(b.given) FROM base AS b)
         GROUP BY r.n
    )
    SELECT array_agg(b.given + coalesce(f.units, 0) ORDER BY b.n) INTO v_given
      FROM base AS b LEFT JOIN filled AS f ON f.n = b.n;
    RETURN v_given;
END
$$;
COMMENT ON FUNCTION payments.clawback_calculate(bigint[], bigint) IS
    'How much each recipient has given back once p_total of the captured amount went back to the '
    'buyer; p_shares are what each received, in fixed order. A function of the total alone: '
    'monotone, never above a share, exact at the end. Minor units. Raises PY023. Pure.';
