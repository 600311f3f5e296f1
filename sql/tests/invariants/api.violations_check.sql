BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), k) FROM unnest(ARRAY['k1', 'k2', 'k3']) AS k;
SELECT settled_payment(tenant_b(), 'k1');
CREATE FUNCTION pg_temp.posted(p_key text, p_xid xid8) RETURNS void LANGUAGE sql AS $$
    SELECT tap_helpers.unchecked(format(
        'UPDATE payments.ledger_postings SET posted_xid = %L WHERE payment_id = %L',
        p_xid, tap_helpers.pay(p_key))) $$;
CREATE FUNCTION pg_temp.check_now(p_limit integer DEFAULT 100)
    RETURNS TABLE (checked integer, violations bigint, behind boolean) LANGUAGE sql
AS $$ SELECT * FROM api.violations_check(tap_helpers.tenant_a(), p_limit) $$;
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT * FROM pg_temp.check_now() $$,
                  $$ VALUES (0, 0::bigint, false) $$,
                  'what a running transaction did is not looked at');
RESET ROLE;
UPDATE payments.violation_checks SET checked_xid = '3';
SELECT pg_temp.posted('k1', '5'), pg_temp.posted('k2', '6'), pg_temp.posted('k3', '7');
SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT * FROM pg_temp.check_now(3) $$,
                  $$ VALUES (1, 0::bigint, true) $$, 'a slice is as large as asked for');
SELECT results_eq($$ SELECT * FROM pg_temp.check_now() $$,
                  $$ VALUES (2, 0::bigint, false) $$, 'the next goes on behind it');
SELECT results_eq($$ SELECT * FROM pg_temp.check_now() $$,
                  $$ VALUES (0, 0::bigint, false) $$, 'and nothing is looked at twice');
SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = amount + 1 WHERE payment_id = pay('k2')
       AND recipient_type = 'platform'
$$);
SELECT results_eq($$ SELECT * FROM pg_temp.check_now() $$,
                  $$ VALUES (0, 0::bigint, false) $$,
                  'what nobody touched is not looked at: that is the full report''s');
RESET ROLE;
SELECT enter(tenant_a());
UPDATE payments.violation_checks SET checked_xid = '6';
INSERT INTO payments.payment_marks (tenant_id, payment_id, marked_xid)
VALUES (tenant_a(), pay('k2'), '8');
SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT * FROM pg_temp.check_now() $$,
                  $$ VALUES (2, 2::bigint, false) $$,
                  'a mark has it looked at, and its breaches counted');
SELECT results_eq($$ SELECT * FROM pg_temp.check_now() $$,
                  $$ VALUES (1, 2::bigint, false) $$,
                  'they are looked at again until they are gone');
RESET ROLE;
SELECT is_empty('SELECT 1 FROM payments.payment_marks AS m WHERE m.marked_xid < ''9''',
                'a mark that was looked at is gone');
SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = amount - 1 WHERE payment_id = pay('k2')
       AND recipient_type = 'platform'
$$);
SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT * FROM pg_temp.check_now() $$,
                  $$ VALUES (1, 0::bigint, false) $$, 'mended, they are gone');
SELECT results_eq($$ SELECT * FROM pg_temp.check_now() $$,
                  $$ VALUES (0, 0::bigint, false) $$, 'and nothing is left to look at');
RESET ROLE;
UPDATE payments.violation_checks SET checked_xid = '9000000000000000000';
SET LOCAL ROLE payments_worker;
SELECT results_eq($$ SELECT * FROM pg_temp.check_now() $$,
                  $$ VALUES (3, 0::bigint, false) $$,
                  'restored into a younger cluster, it starts anew');
RESET ROLE;
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT pg_temp.check_now()', '42501', NULL, 'the API does not check');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
