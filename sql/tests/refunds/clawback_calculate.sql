BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(15);
SET LOCAL ROLE payments_definer;
SELECT is(payments.clawback_calculate('{6000,2500,1500}', 10000), '{6000,2500,1500}',
          'all of it given back is what each received');
SELECT is(payments.clawback_calculate('{6000,2500,1500}', 0), '{0,0,0}',
          'nothing given back is nothing from anybody');
SELECT is(payments.clawback_calculate('{6000,2500,1500}', 5000), '{3000,1250,750}',
          'half is half from each where it divides');
SELECT is(payments.clawback_calculate('{6000,2500,1500}', 1), '{1,0,0}',
          'a single unit comes from the largest');
SELECT is(payments.clawback_calculate('{100,100,100}', 1), '{1,0,0}', 'a tie goes by position');
SELECT is(payments.clawback_calculate('{0,10,0}', 7), '{0,7,0}',
          'who received nothing gives nothing');
SELECT is(payments.clawback_calculate('{0,0}', 0), '{0,0}', 'a payment of nothing gives nothing');
SELECT is(payments.clawback_calculate('{99999999,1}', 99999999), '{99999998,1}',
          'a tiny share is not forgotten near the end');
SELECT throws_ok($$ SELECT payments.clawback_calculate('{6000,2500}', 8501) $$, 'PY023', NULL,
                 'more than was received is refused');
SELECT throws_ok($$ SELECT payments.clawback_calculate('{6000,2500}', -1) $$, 'PY023', NULL,
                 'less than nothing is refused');
SELECT throws_ok($$ SELECT payments.clawback_calculate('{6000,2500}', NULL) $$, 'PY023', NULL,
                 'an unknown amount is refused');
-- Step by step through every total of awkward payments: what largest remainder gets wrong.
CREATE TEMP TABLE steps AS
SELECT c.shares, n.total, payments.clawback_calculate(c.shares, n.total) AS given
  FROM (VALUES ('{7,11,13}'::bigint[]), ('{1,1,1,1,1,1,1,97}'), ('{33,33,34}'),
               ('{2,3,5,7,11,13,17,19}'), ('{100,1}'), ('{0,5,0,5}'), ('{50}')) AS c (shares)
 CROSS JOIN LATERAL generate_series(0, (SELECT sum(s) FROM unnest(c.shares) AS s)::bigint)
       AS n (total);
SELECT is_empty(
    $$ SELECT s.shares, s.total FROM steps AS s
        WHERE s.total <> (SELECT sum(g) FROM unnest(s.given) AS g) $$,
    'every total is shared out exactly');
SELECT is_empty(
    $$ SELECT s.shares, s.total FROM steps AS s, LATERAL unnest(s.shares, s.given)
              AS u (share, given)
                    WHERE u.given < 0 OR u.given > u.share $$,
    'nobody gives back more than it received, or less than nothing');
SELECT is_empty(
    $$ SELECT s.shares, s.total FROM steps AS s JOIN steps AS b ON b.shares = s.shares
          AND b.total = s.total - 1,
                          LATERAL unnest(s.given, b.given) AS u (after, before)
        WHERE u.after < u.before $$,
    'one unit more for the buyer takes nothing back out of anybody''s return: monotone');
SELECT is_empty(
    $$ SELECT s.shares, s.total FROM steps AS s, LATERAL unnest(s.shares, s.given)
              AS u (share, given)
                    WHERE abs(u.given - u.share * s.total::numeric / (SELECT sum(x)
                        FROM unnest(s.shares) AS x)) >= cardinality(s.shares) $$,
    'each stays close to its quota');

SELECT * FROM finish();
ROLLBACK;
