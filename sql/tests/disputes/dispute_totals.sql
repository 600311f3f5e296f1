BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1', resale()) FROM open_account(tenant_a(), 'seller', 's1');
SELECT dispute(pay('k1'), 'd', 'needs_response', 300),
       dispute(pay('k1'), 'e', 'warning_needs_response', 40);
CREATE FUNCTION pg_temp.disputed() RETURNS bigint LANGUAGE sql
    AS $$ SELECT p.amount_disputed FROM payments.payment_transactions AS p
           WHERE p.id = tap_helpers.pay('k1') $$;
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.disputed(), 300::bigint, 'an open chargeback counts, an inquiry does not');
UPDATE payments.disputes SET status = 'lost' WHERE amount = 300;
SELECT is(pg_temp.disputed(), 300::bigint, 'a lost one counts on');
UPDATE payments.disputes SET status = 'needs_response' WHERE amount = 40;
SELECT is(pg_temp.disputed(), 340::bigint, 'an inquiry that became a chargeback counts');
UPDATE payments.disputes SET amount = 50 WHERE amount = 40;
SELECT is(pg_temp.disputed(), 350::bigint, 'with the amount it has now');
UPDATE payments.disputes SET status = 'won';
SELECT is(pg_temp.disputed(), 0::bigint, 'won ones do not');
-- The triggers of the escrow's tables are here too.
SELECT remember();
SELECT throws_ok($$ UPDATE payments.escrows SET status = 'pending' $$, 'PY030', NULL,
                 'an escrow goes the declared ways only');
SELECT throws_ok($$ UPDATE payments.escrows SET held_amount = 0 $$, '23514', NULL,
                 'and always adds up');
RESET ROLE;
SELECT throws_ok($$ UPDATE payments.escrow_events SET amount = 1 $$, 'PY060', NULL,
                 'its history is never rewritten');
SELECT throws_ok($$ DELETE FROM payments.escrow_events $$, 'PY060', NULL, 'or shortened');
SELECT throws_ok($$ TRUNCATE payments.escrow_events $$, 'PY060', NULL, 'or emptied');
SELECT unchanged('no refused change left anything');

SELECT * FROM finish();
ROLLBACK;
