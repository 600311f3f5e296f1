-- Every quota is a fraction with the one denominator amount * 10,000, so nothing is rounded before
-- the last step: floors first, then the units left over by largest remainder, ties in request
-- order, the platform last. A unit is what the currency can pay (currency_unit); of an odd capture
-- made elsewhere it is one.
CREATE OR REPLACE FUNCTION payments.split_calculate(
    p_amount bigint, p_captured bigint, p_shares jsonb, p_unit bigint DEFAULT 1
) RETURNS TABLE (share_position smallint, recipient_type text, recipient_id text, amount bigint)
LANGUAGE plpgsql IMMUTABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_denominator CONSTANT numeric := p_amount::numeric * 10000;
    v_unit CONSTANT bigint := CASE p_captured % p_unit WHEN 0 THEN p_unit ELSE 1 END;
BEGIN
    PERFORM payments.split_check(p_amount, p_captured, p_shares);
    RETURN QUERY
    WITH share AS (
        SELECT e.n::smallint AS pos, e.s ->> 'recipientType' AS rtype, e.s ->> 'recipientId' AS rid,
               p_captured * coalesce((e.s ->> 'amount')::numeric * 10000,
                                     (e.s ->> 'basisPoints')::numeric * p_amount) AS numerator
          FROM jsonb_array_elements(p_shares) WITH ORDINALITY AS e (s, n)
         WHERE e.s ->> 'recipientType' <> 'platform'
    ), quota AS (
        SELECT s.pos, s.rtype, s.rid, s.numerator FROM share AS s
        UNION ALL
        SELECT 32767::smallint, 'platform', 'platform',
               p_captured * v_denominator - coalesce((SELECT sum(s.numerator) FROM share AS s), 0)
    ), floored AS (
        SELECT q.*, div(q.numerator, v_denominator * v_unit) * v_unit AS base FROM quota AS q
    ), ranked AS (
        SELECT f.*, row_number() OVER (ORDER BY f.numerator - f.base * v_denominator DESC,
                                       f.pos) AS place,
               p_captured - sum(f.base) OVER () AS left_over
          FROM floored AS f
    )
    SELECT r.pos, r.rtype, r.rid,
           (r.base + CASE WHEN r.place * v_unit <= r.left_over THEN v_unit ELSE 0 END)::bigint
      FROM ranked AS r
     ORDER BY r.pos;
END
$$;
COMMENT ON FUNCTION payments.split_calculate(bigint, bigint, jsonb, bigint) IS
    'Who gets how much of a captured amount: one row per recipient, the platform last (position '
    '32767) with what is unassigned. Amounts in minor units, each >= 0, their sum exactly '
    'p_captured. p_amount is the authorised amount that fixed shares refer to; a partial capture '
    'scales them. Each is a multiple of p_unit. Raises PY023 (impossible shares). Pure.';
