BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), k) FROM unnest(ARRAY['k1', 'k2', 'k3']) AS k;
SELECT settled_payment(tenant_b(), 'k1');
CREATE FUNCTION pg_temp.posted(p_key text, p_xid xid8) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    UPDATE payments.ledger_postings SET posted_xid = p_xid
     WHERE payment_id = tap_helpers.pay(p_key);
    SET LOCAL session_replication_role = origin;
END
$$;
CREATE FUNCTION pg_temp.check_now(p_limit integer DEFAULT 100) RETURNS text LANGUAGE sql
    AS $$ SELECT v::text FROM api.violations_check(tap_helpers.tenant_a(), p_limit) AS v $$;
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is(pg_temp.check_now(), '(0,0,f)', 'what a running transaction did is not looked at');
RESET ROLE;
UPDATE payments.violation_checks SET checked_xid = '3';
SELECT pg_temp.posted('k1', '5'), pg_temp.posted('k2', '6'), pg_temp.posted('k3', '7');
SET LOCAL ROLE payments_worker;
SELECT is(pg_temp.check_now(3), '(1,0,t)', 'a slice is as large as asked for');
SELECT is(pg_temp.check_now(), '(2,0,f)', 'the next goes on behind it');
SELECT is(pg_temp.check_now(), '(0,0,f)', 'and nothing is looked at twice');
SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = amount + 1 WHERE payment_id = pay('k2')
       AND recipient_type = 'platform'
$$);
SELECT is(pg_temp.check_now(), '(0,0,f)',
          'what nobody touched is not looked at: that is the full report''s');
RESET ROLE;
SELECT enter(tenant_a());
UPDATE payments.violation_checks SET checked_xid = '6';
INSERT INTO payments.payment_marks (tenant_id, payment_id, marked_xid)
VALUES (tenant_a(), pay('k2'), '8');
SET LOCAL ROLE payments_worker;
SELECT is(pg_temp.check_now(), '(2,2,f)', 'a mark has it looked at, and its breaches counted');
SELECT is(pg_temp.check_now(), '(1,2,f)', 'they are looked at again until they are gone');
RESET ROLE;
SELECT is_empty('SELECT 1 FROM payments.payment_marks AS m WHERE m.marked_xid < ''9''',
                'a mark that was looked at is gone');
SELECT unchecked($$
    UPDATE payments.payment_splits SET amount = amount - 1 WHERE payment_id = pay('k2')
       AND recipient_type = 'platform'
$$);
SET LOCAL ROLE payments_worker;
SELECT is(pg_temp.check_now(), '(1,0,f)', 'mended, they are gone');
SELECT is(pg_temp.check_now(), '(0,0,f)', 'and nothing is left to look at');
RESET ROLE;
UPDATE payments.violation_checks SET checked_xid = '9000000000000000000';
SET LOCAL ROLE payments_worker;
SELECT is(pg_temp.check_now(), '(3,0,f)', 'restored into a younger cluster, it starts anew');
RESET ROLE;
SET LOCAL ROLE payments_api;
SELECT throws_ok('SELECT pg_temp.check_now()', '42501', NULL, 'the API does not check');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
