BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
CREATE ROLE tap_owner_check_own LOGIN IN ROLE payments_definer, payments_owner;
CREATE ROLE tap_owner_check_ana LOGIN IN ROLE payments_definer, payments_operator;

SELECT lives_ok('SELECT payments.owner_check()', 'the superuser passes');
SET LOCAL SESSION AUTHORIZATION tap_owner_check_own;
SELECT lives_ok('SELECT payments.owner_check()', 'a member of payments_owner passes');
SET LOCAL SESSION AUTHORIZATION tap_owner_check_ana;
SELECT throws_ok('SELECT payments.owner_check()', 'PY070', NULL, 'an operator does not pass');
SET LOCAL ROLE payments_definer;
SELECT throws_ok('SELECT payments.owner_check()', 'PY070', NULL,
                 'whoever acts inside a definer is still judged by their session');
RESET SESSION AUTHORIZATION;
SET LOCAL ROLE payments_operator;
SELECT throws_ok('SELECT payments.owner_check()', '42501', NULL,
                 'a caller may not call it directly');

SELECT * FROM finish();
ROLLBACK;
