BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SET LOCAL ROLE payments_definer;
SELECT is(payments.clawback_target('{6000,2500,1500}', '{0,0,0}', 5000),
          payments.clawback_calculate('{6000,2500,1500}', 5000),
          'with nothing borne before it is the plain share');
SELECT is(payments.clawback_target('{7000,3000}', '{0,3000}', 3000), '{0,3000}',
          'where the shares changed everybody has given what it had');
SELECT is(payments.clawback_target('{7000,3000}', '{0,3000}', 4000), '{1000,3000}',
          'beyond, what was left of each share counts');
SELECT is(payments.clawback_target('{7000,3000}', '{0,3000}', 10000), '{7000,3000}',
          'all of it is what each received');
SELECT is(payments.clawback_target('{7000,3000}', '{0,3000}', 1000), '{0,1000}',
          'a refund of before that failed returns to who bore it');
SELECT is(payments.clawback_target('{7000,3000}', '{0,3000}', 0), '{0,0}',
          'nothing given back is nothing from anybody');
SELECT is(payments.clawback_target('{600,300,100}', '{0,0,0}', 500, 100), '{300,200,0}',
          'a króna is given back whole');
SELECT is(payments.clawback_target('{600,400}', '{0,0}', 550, 100),
          payments.clawback_target('{600,400}', '{0,0}', 550),
          'an odd amount, moved elsewhere, is shared as it is');
SELECT throws_ok($$ SELECT payments.clawback_target('{7000,3000}', '{0,3000}', 10001) $$, 'PY023',
                 NULL, 'more than was captured is refused');
SELECT is_empty($$
    WITH given AS MATERIALIZED (
        SELECT t, payments.clawback_target('{5001,2500,2499}', '{1,333,667}', t) AS shares
          FROM generate_series(0, 10000) AS t
    )
    SELECT less.t FROM given AS less JOIN given AS more ON more.t = less.t + 1
     WHERE EXISTS (SELECT FROM unnest(less.shares, more.shares) AS s (a, b) WHERE s.b < s.a)
$$, 'with one more unit given back nobody gives less, over the seam too');

SELECT * FROM finish();
ROLLBACK;
