BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT is(payments.report_period('2026-01-01', '2026-02-01'),
          '["2026-01-01","2026-02-01")'::tstzrange,
          'both ends are taken as given, the later one not included');
SELECT is(lower(payments.report_period(NULL, '2026-02-01')),
          '2026-02-01'::timestamptz - interval '30 days',
          'without a start it is the thirty days before the end');
SELECT cmp_ok(upper(payments.report_period('2026-01-01', NULL)), '<=', payments.clock(),
              'without an end it goes up to the present');
SELECT ok(isempty(payments.report_period('2026-01-01', '2026-01-01')), 'a period may be empty');
SELECT throws_ok($$ SELECT payments.report_period('2026-02-01', '2026-01-01') $$, 'PY020', NULL,
                 'a period that ends before it starts is refused');

SELECT * FROM finish();
ROLLBACK;
