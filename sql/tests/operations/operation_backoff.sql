BEGIN;
SELECT plan(6);

SET LOCAL ROLE payments_definer;
SELECT is(
    (SELECT count(*) FROM generate_series(1, 200)
      WHERE payments.operation_backoff(3, 2, 600) NOT BETWEEN '0' AND '16 seconds'), 0::bigint,
    'a wait after three failures lies from 0 to base times 2^3 seconds');
SELECT is(
    (SELECT count(*) FROM generate_series(1, 200)
      WHERE payments.operation_backoff(30, 1, 600) > '600 seconds'), 0::bigint,
    'a wait never exceeds its cap');
SELECT is(
    (SELECT count(*) FROM generate_series(1, 50)
      WHERE payments.operation_backoff(2147483647, 1, 600) > '600 seconds'), 0::bigint,
    'a wait after very many failures does not overflow');
SELECT cmp_ok(
    (SELECT count(DISTINCT payments.operation_backoff(5, 10, 600)) FROM generate_series(1, 50)),
    '>', 40::bigint,
    'waits differ from one another: the herd is spread');
SELECT cmp_ok(
    (SELECT max(payments.operation_backoff(10, 1, 100)) - min(
        payments.operation_backoff(10, 1, 100)) FROM generate_series(1, 200)), '>',
    '50 seconds'::interval, 'the jitter is full: it uses the whole range');
SELECT is(payments.operation_backoff(4, 0, 600), '0'::interval, 'a wait of base 0 is none');

SELECT * FROM finish();
ROLLBACK;
