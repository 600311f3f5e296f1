BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT settled_payment(tenant_a(), 'k2',
                       '{"splits": [{"recipientType": "seller", "recipientId": "s1", '
                       '"basisPoints": 5000}], "escrow": {"recipientType": "seller", '
                       '"recipientId": "s1"}}');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.move(p_key text, p_type text, p_id text, p_amount bigint) RETURNS void
    LANGUAGE sql
AS $$ SELECT payments.split_transfer_to_payee(p,
                                              tap_helpers.account_of(tap_helpers.tenant_a(), p_id),
                                              p_type, p_id, p_amount, tap_helpers.clock())
        FROM payments.payment_transactions AS p WHERE p.id = tap_helpers.pay(p_key) $$;
SELECT remember();
SELECT throws_ok($$ SELECT pg_temp.move('k2', 'seller', 's1', 1) $$, 'PY030', NULL,
                 'a share in escrow does not grow');
SELECT throws_ok($$ SELECT pg_temp.move('k1', 'venue', 'v1', 1501) $$, '23514', NULL,
                 'the platform''s share is never negative');
SELECT unchanged('nothing was moved');
SELECT pg_temp.move('k1', 'venue', 'v1', 100), pg_temp.move('k1', 'seller', 's1', 200);
SELECT results_eq(
    $$ SELECT recipient_id, amount, position FROM payments.payment_splits
        WHERE payment_id = pay('k1') ORDER BY position $$,
    $$ VALUES ('v1', 6100::bigint, 1::smallint), ('a1', 2500, 2::smallint),
              ('s1', 200, 3::smallint), ('platform', 1200, 32767::smallint) $$,
    'an old payee gets more, a new one a share of its own, before the platform');

SELECT * FROM finish();
ROLLBACK;
