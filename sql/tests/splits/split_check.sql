BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(26);
SELECT remember();
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.share(p_id text, p_size text, p_value numeric) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
AS $$ SELECT jsonb_build_object('recipientType', 'venue', 'recipientId', p_id, p_size, p_value) $$;

SELECT lives_ok(format('SELECT payments.split_check(%L, %L, %L)', c.amount, c.captured, c.shares),
                c.description)
  FROM (VALUES (100, 100, '[]'::jsonb, 'no shares pass: the platform takes all'),
               (100, 100, splits() #- '{1}', 'a share in basis points passes'),
               (100, 40, jsonb_build_array(pg_temp.share('v', 'amount', 100)),
                'a fixed share of the whole passes, whatever is captured'),
               (100, 0, '[]', 'a capture of nothing passes'),
               (1, 1, jsonb_build_array(pg_temp.share('v', 'basisPoints', 10000)),
                'everything of one unit passes'),
               (3, 3, jsonb_build_array(pg_temp.share('v', 'amount', 1),
                                        pg_temp.share('w', 'basisPoints', 6666)),
                'shares just below the whole pass'),
               (99999999, 99999999, (SELECT jsonb_agg(pg_temp.share(n::text, 'basisPoints', 200))
                                       FROM generate_series(1, 50) AS n),
                'fifty shares of the largest amount pass'))
       AS c (amount, captured, shares, description);
SELECT throws_ok(format('SELECT payments.split_check(%L, %L, %L)', c.amount, c.captured, c.shares),
                 'PY023', NULL, c.description)
  FROM (VALUES (100, 101, '[]'::jsonb, 'more captured than authorised is refused'),
               (100, -1, '[]', 'a negative capture is refused'),
               (0, 0, '[]', 'an amount of nothing is refused'),
               (-1, 0, '[]', 'a negative amount is refused'),
               (NULL, 1, '[]', 'no amount is refused'),
               (100, NULL, '[]', 'no capture is refused'),
               (100, 100, '{}', 'an object instead of a list is refused'),
               (100, 100, 'null', 'a JSON null instead of a list is refused'),
               (100, 100, NULL, 'no list is refused'),
               (100, 100, '[5]', 'a share that is not an object is refused'),
               (100, 100, jsonb_build_array(pg_temp.share('v', 'amount', 101)),
                'a fixed share above the amount is refused'),
               (100, 100, jsonb_build_array(pg_temp.share('v', 'amount', 60),
                                            pg_temp.share('w', 'amount', 41)),
                'fixed shares above the amount together are refused'),
               (100, 100, jsonb_build_array(pg_temp.share('v', 'basisPoints', 5000),
                                            pg_temp.share('w', 'basisPoints', 5001)),
                'more than everything together is refused'),
               (100, 100, jsonb_build_array(pg_temp.share('v', 'amount', 1),
                                            pg_temp.share('w', 'basisPoints', 9901)),
                'a hundredth of a unit too much is refused'),
               (100, 100, jsonb_build_array(pg_temp.share('v', 'amount', 1),
                                            pg_temp.share('v', 'basisPoints', 1)),
                'the same recipient twice is refused'),
               (99999999, 99999999, (SELECT jsonb_agg(pg_temp.share(n::text, 'basisPoints', 1))
                                       FROM generate_series(1, 51) AS n),
                'fifty-one shares are refused'))
       AS c (amount, captured, shares, description);
SELECT lives_ok(
    $$ SELECT payments.split_check(1000, 1000,
                                   jsonb_build_array(pg_temp.share('v', 'amount', 300),
                                                     pg_temp.share('w', 'basisPoints', 333)),
                                   100) $$,
    'a fixed share of whole units passes, and any in basis points');
SELECT throws_ok(
    $$ SELECT payments.split_check(1000, 1000, jsonb_build_array(pg_temp.share('v', 'amount', 350)),
                                   100) $$, 'PY023', NULL,
    'a fixed share that the currency cannot pay is refused');
SELECT unchanged('checking changes no row');

SELECT * FROM finish();
ROLLBACK;
