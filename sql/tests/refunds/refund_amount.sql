BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(13);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), authorised_payment(tenant_a(), 'k2'),
       settled_payment(tenant_a(), 'k3'), settled_payment(tenant_a(), 'k4'),
       settled_payment(tenant_a(), 'k5', '{"currency": "isk"}');
SELECT refund(pay('k1'), 'r1', 3000), dispute(pay('k3'), 'd', 'needs_response', 10),
       dispute(pay('k4'), 'd', 'lost', 9000);
CREATE FUNCTION pg_temp.amount(p_key text, p_amount bigint) RETURNS bigint LANGUAGE sql
AS $$ SELECT payments.refund_amount(p, p_amount) FROM payments.payment_transactions AS p
       WHERE p.id = tap_helpers.pay(p_key) $$;
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.amount('k1', NULL), 7000::bigint, 'no amount means all that remains');
SELECT is(pg_temp.amount('k1', 7000), 7000::bigint, 'all that remains may be asked for');
SELECT is(pg_temp.amount('k1', 1), 1::bigint, 'a single unit may be');
SELECT throws_ok($$ SELECT pg_temp.amount('k1', 7001) $$, 'PY051', NULL,
                 'one unit more than remains is refused');
SELECT throws_ok($$ SELECT pg_temp.amount('k1', 0) $$, 'PY021', NULL, 'nothing is refused');
SELECT throws_ok($$ SELECT pg_temp.amount('k1', -1) $$, 'PY021', NULL,
                 'a negative amount is refused');
SELECT throws_ok($$ SELECT pg_temp.amount('k2', 1) $$, 'PY052', NULL,
                 'a payment that is not captured is not refunded');
SELECT throws_ok($$ SELECT pg_temp.amount('k3', 1) $$, 'PY052', NULL,
                 'nor one with an open chargeback, however small');
SELECT throws_ok($$ SELECT pg_temp.amount('k5', 350) $$, 'PY021', NULL,
                 'a fraction of a króna is refused');
SELECT is(pg_temp.amount('k5', 300), 300::bigint, 'whole ones may be refunded');
SELECT is(pg_temp.amount('k4', NULL), 1000::bigint, 'what a lost dispute took is gone');
SELECT throws_ok($$ SELECT pg_temp.amount('k4', 1001) $$, 'PY051', NULL, 'and not refunded on top');
RESET ROLE;
SELECT dispute(pay('k4'), 'e', 'lost', 9000);
SELECT throws_ok($$ SELECT pg_temp.amount('k4', NULL) $$, 'PY051', NULL,
                 'disputes for more than was paid leave nothing, not less than nothing');

SELECT * FROM finish();
ROLLBACK;
