BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT lives_ok($$ SELECT payments.reason_check('because') $$, 'a reason is a reason');
SELECT throws_ok($$ SELECT payments.reason_check(NULL) $$, 'PY020', NULL, 'none is refused');
SELECT throws_ok($$ SELECT payments.reason_check('  ') $$, 'PY020', NULL, 'blanks are none');
SELECT lives_ok($$ SELECT payments.reason_check(repeat('x', 500)) $$,
                'five hundred characters are enough');
SELECT throws_ok($$ SELECT payments.reason_check(repeat('x', 501)) $$, 'PY020', NULL,
                 'more are refused');

SELECT * FROM finish();
ROLLBACK;
