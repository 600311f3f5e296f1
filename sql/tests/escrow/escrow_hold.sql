BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1'),
       open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1', resale()),
       settled_payment(tenant_a(), 'k2', resale()
                       || '{"splits": [{"recipientType": "venue", "recipientId": "v1", '
                          '"basisPoints": 10000}, {"recipientType": "seller", "recipientId": "s1", '
                          '"basisPoints": 0}]}');
SELECT results_eq(
    $$ SELECT e.amount, e.held_amount, e.status
         FROM payments.escrows AS e WHERE e.payment_id = pay('k1') $$,
    $$ VALUES (8000::bigint, 8000::bigint, 'held') $$, 'what is captured is held');
SELECT results_eq(
    $$ SELECT t.recipient_id, t.amount FROM payments.stripe_transfers AS t
        WHERE t.payment_id = pay('k1') $$, $$ VALUES ('v1', 1000::bigint) $$,
    'the others are paid at once, the seller is not');
SELECT results_eq(
    $$ SELECT balance(tenant_a(), 'payee_held', 's1'),
              balance(tenant_a(), 'payee_payable', 's1') $$,
    $$ VALUES (-8000::bigint, 0::bigint) $$, 'the seller is owed nothing yet: it is held');
SELECT results_eq(
    $$ SELECT e.amount, e.held_amount, e.status
         FROM payments.escrows AS e WHERE e.payment_id = pay('k2') $$,
    $$ VALUES (0::bigint, 0::bigint, 'canceled') $$, 'a share of nothing holds nothing');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT lives_ok($$ SELECT payments.escrow_hold(tenant_a(), pay('k1'), clock()) $$, 'holding again');
SELECT unchanged('holds nothing twice');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
