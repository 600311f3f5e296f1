BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(26);
SELECT remember();
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.amounts(p_amount bigint, p_captured bigint, p_shares jsonb) RETURNS text
    LANGUAGE sql
AS $$ SELECT string_agg(c.amount::text, ' ' ORDER BY c.share_position)
        FROM payments.split_calculate(p_amount, p_captured, p_shares) AS c $$;
CREATE FUNCTION pg_temp.points(VARIADIC p_points integer[]) RETURNS jsonb LANGUAGE sql
AS $$
    SELECT jsonb_agg(
        jsonb_build_object('recipientType', 'venue', 'recipientId', 'v' || p.n, 'basisPoints',
                           p.points) ORDER BY p.n)
      FROM unnest(p_points) WITH ORDINALITY AS p (points, n)
$$;

-- ── by hand ──────────────────────────────────────────────────────────────────────────────────
SELECT results_eq($$ SELECT * FROM payments.split_calculate(10000, 10000, splits()) $$,
    $$ VALUES (1::smallint, 'venue', 'v1', 6000::bigint), (2::smallint, 'artist', 'a1', 2500),
              (32767::smallint, 'platform', 'platform', 1500) $$,
    'each recipient gets its share in request order, and the platform, last, what is unassigned');
SELECT is(pg_temp.amounts(100, 100, '[]'), '100', 'without shares the platform gets all');
SELECT is(pg_temp.amounts(100, 100, pg_temp.points(10000)), '100 0',
          'with everything given away the platform gets nothing');
SELECT is(pg_temp.amounts(100, 100, pg_temp.points(3333, 3333, 3334)), '33 33 34 0',
          'the unit left over goes to the largest remainder');
SELECT is(pg_temp.amounts(1, 1, pg_temp.points(5000, 5000)), '1 0 0',
          'a tie goes to who was named first');
SELECT is(pg_temp.amounts(1, 1, pg_temp.points(5000)), '1 0',
          'a tie with the platform goes to the recipient');
SELECT is(pg_temp.amounts(1, 1, pg_temp.points(4999)), '0 1',
          'a larger remainder of the platform wins');
SELECT is(pg_temp.amounts(3, 3, pg_temp.points(2500, 2500, 2500, 2500)), '1 1 1 0 0',
          'three tied units go to the first three');
SELECT is(pg_temp.amounts(10, 10, pg_temp.points(1, 1)), '0 0 10',
          'shares too small for a unit get nothing');
SELECT is(pg_temp.amounts(10000, 5000, splits()), '3000 1250 750',
          'a partial capture scales fixed shares and basis points alike');
SELECT is(pg_temp.amounts(10000, 3333, splits()), '2000 833 500',
          'a partial capture is exact to the unit: 1999.8, 833.25, 499.95');
SELECT is(pg_temp.amounts(10000, 1, splits()), '1 0 0',
          'one captured unit goes to the largest share');
SELECT is(pg_temp.amounts(10000, 0, splits()), '0 0 0',
          'of nothing captured everybody gets nothing');
SELECT is(pg_temp.amounts(99999999, 99999999, pg_temp.points(3333, 3333, 3334)),
          '33330000 33330000 33339999 0',
    'the largest amount is split without loss: a remainder of .6667 beats one of .6666');
SELECT is(
    pg_temp.amounts(100, 100,
                    '[{"recipientType": "platform", "recipientId": "x", "amount": 30},
                      {"recipientType": "venue", "recipientId": "v", "amount": 50}]'),
    '50 50', 'a share named for the platform joins what is unassigned');
SELECT is(
    pg_temp.amounts(100, 100,
                    '[{"recipientType": "venue", "recipientId": "v", "amount": 33},
                      {"recipientType": "artist", "recipientId": "v", "basisPoints": 3350}]'),
    '33 34 33',
    'fixed and relative shares mix; a half is rounded for the recipient before the platform');

-- ── in general: every share within one unit of its exact quota, all of them together exact ───
CREATE TEMP TABLE cases AS
SELECT a.amount::bigint, c.captured::bigint, s.shares
  FROM (VALUES (1), (2), (3), (7), (10), (97), (100), (101), (999), (10001), (99999999))
       AS a (amount)
 CROSS JOIN LATERAL (SELECT DISTINCT v
                       FROM unnest(ARRAY[0, 1, 2, a.amount / 3, a.amount / 2, a.amount - 1,
                                         a.amount]) AS v
                      WHERE v BETWEEN 0 AND a.amount) AS c (captured)
 CROSS JOIN LATERAL (VALUES
    (pg_temp.points(3333, 3333, 3334)), (pg_temp.points(1, 9999)),
                            (pg_temp.points(833, 833, 833, 833, 833, 833, 833, 833, 833, 833, 833,
                                            837)),
    (pg_temp.points(5000, 2500)), (pg_temp.points(9999)),
    (jsonb_build_array(jsonb_build_object('recipientType', 'artist', 'recipientId', 'a', 'amount',
                                          a.amount / 3),
                       jsonb_build_object('recipientType', 'venue', 'recipientId', 'v',
                                          'basisPoints', 6666)))) AS s (shares);
CREATE TEMP TABLE results AS
SELECT k.amount, k.captured, k.shares, r.share_position, r.amount AS got,
       CASE WHEN r.recipient_type = 'platform' THEN NULL
            ELSE k.captured
                 * coalesce((s.share ->> 'amount')::numeric * 10000,
                            (s.share ->> 'basisPoints')::numeric * k.amount)
                 / (k.amount::numeric * 10000) END AS quota
  FROM cases AS k CROSS JOIN LATERAL payments.split_calculate(k.amount, k.captured, k.shares) AS r
 CROSS JOIN LATERAL (SELECT k.shares -> (r.share_position - 1) AS share) AS s;
SELECT cmp_ok((SELECT count(*) FROM cases), '>', 300::bigint,
              'several hundred cases are calculated');
SELECT is_empty($$ SELECT r.amount, r.captured, r.shares FROM results AS r
                    GROUP BY 1, 2, 3 HAVING sum(r.got) <> r.captured OR min(r.got) < 0 $$,
    'in every case the shares sum to what was captured and none is negative');
SELECT is_empty($$ SELECT * FROM results AS r WHERE abs(r.got - r.quota) >= 1 $$,
    'in every case each share is within one unit of its exact quota');

-- ── currencies that are paid in whole units only: a króna is 100, a dinar's last digit is 0 ──
CREATE FUNCTION pg_temp.whole(p_amount bigint, p_captured bigint, p_shares jsonb, p_unit bigint)
    RETURNS text LANGUAGE sql
AS $$ SELECT string_agg(c.amount::text, ' ' ORDER BY c.share_position)
        FROM payments.split_calculate(p_amount, p_captured, p_shares, p_unit) AS c $$;
SELECT is(pg_temp.whole(1000, 1000, pg_temp.points(3333, 3333, 3334), 100), '300 300 400 0',
          'ten krónur for three are three, three and four');
SELECT is(pg_temp.whole(1000, 500, pg_temp.points(5000), 100), '300 200',
          'half of five krónur is three for who was named');
SELECT is(pg_temp.whole(1000, 550, pg_temp.points(5000), 100), '275 275',
          'an odd capture, made elsewhere, is shared as it is');
SELECT is_empty(
    $$ SELECT k.amount, k.captured, k.shares FROM cases AS k
        CROSS JOIN LATERAL payments.split_calculate(k.amount * 10, k.captured * 10, k.shares,
                                                    10) AS r
                    GROUP BY 1, 2, 3 HAVING sum(r.amount) <> k.captured * 10 OR min(r.amount) < 0
                       OR bool_or(r.amount % 10 <> 0) $$,
    'in every case the shares are whole units and sum to what was captured');
SELECT throws_ok($$ SELECT * FROM payments.split_calculate(100, 101, '[]') $$, 'PY023', NULL,
                 'more captured than authorised is refused');
SELECT throws_ok($$ SELECT * FROM payments.split_calculate(100, 100, pg_temp.points(5000, 5001)) $$,
                 'PY023', NULL,
    'shares above the amount are refused');
SELECT unchanged('calculating changes no row');

SELECT * FROM finish();
ROLLBACK;
