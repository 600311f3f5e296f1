BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(23);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale()), paid_transfer(pay('k1'), 'v1'),
       settled_payment(tenant_a(), 'k2'), paid_payment(tenant_a(), 'k3');
SELECT send(call_of(pay('k2'), 'v1'));
CREATE FUNCTION pg_temp.claw(p_key text, p_cause text, p_amount bigint) RETURNS integer LANGUAGE sql
AS $$ SELECT payments.clawback_apply(tap_helpers.tenant_a(), tap_helpers.pay(p_key), 'dispute',
                                     tap_helpers.the(p_cause), p_amount, 'disputes',
                                     tap_helpers.clock()) $$;
SELECT keep('c' || n, gen_random_uuid()) FROM generate_series(1, 6) AS n;
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.claw('k1', 'c1', 5000), 1,
          'a loss is shared out: one payee has to return something');
SELECT set_eq(
    $$ SELECT g.leg, g.amount FROM payments.ledger_postings AS g WHERE g.cause_id = the('c1') $$,
    $$ VALUES ('platform', 500::bigint), ('venue:v1', 500), ('held:seller:s1', 4000) $$,
    'each share is posted, against what took the money');
SELECT is(balance(tenant_a(), 'disputes'), -5000::bigint, 'which is even');
SELECT is((SELECT e.held_amount FROM payments.escrows AS e), 4000::bigint,
          'the held share comes out of the hold');
SELECT remember();
SELECT throws_ok($$ SELECT pg_temp.claw('k1', 'c1', 5000) $$, '23505', NULL,
                 'a cause is shared out once');
SELECT throws_ok($$ SELECT pg_temp.claw('k1', 'c2', 5001) $$, 'PY023', NULL,
                 'no more than was captured');
SELECT unchanged('and leaves nothing');
SELECT is(pg_temp.claw('k1', 'c2', 0), 0, 'nothing is nobody''s');
RESET ROLE;
SELECT api.escrow_release(tenant_a(), 'svc', 'x1', '\x01', escrow_of(pay('k1')),
                          '{"reason": "r", "amount": 3000}', 20);
SELECT paid_transfer(pay('k1'), 's1');
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.claw('k1', 'c3', 2500), 2, 'who has got a part of its hold gives back both');
SELECT results_eq(
    $$ SELECT e.held_amount, e.refunded_amount, e.status FROM payments.escrows AS e $$,
    $$ VALUES (0::bigint, 5000::bigint, 'canceled') $$, 'the hold first, to the last cent');
SELECT results_eq(
    $$ SELECT t.recipient_id, v.amount, v.status FROM payments.transfer_reversals AS v
         JOIN payments.stripe_transfers AS t ON t.id = v.transfer_id
        WHERE v.cause_id = the('c3') ORDER BY t.recipient_id $$,
    $$ VALUES ('s1', 1000::bigint, 'pending'), ('v1', 250, 'pending') $$, 'then the transfer');
SELECT set_eq(
    $$ SELECT g.leg, g.amount FROM payments.ledger_postings AS g WHERE g.cause_id = the('c3') $$,
    $$ VALUES ('platform', 250::bigint), ('venue:v1', 250), ('held:seller:s1', 1000),
              ('seller:s1', 1000) $$, 'each posted as what it was');
SELECT is(pg_temp.claw('k2', 'c4', 1000), 1, 'of two payees one''s transfer is on its way');
SELECT results_eq(
    $$ SELECT t.recipient_id, t.amount, t.status, t.amount_reversal_pending
         FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k2')
        ORDER BY t.recipient_id, t.amount $$,
    $$ VALUES ('a1', 2250::bigint, 'pending', 0::bigint), ('a1', 2500, 'canceled', 0),
              ('v1', 6000, 'pending', 600) $$,
    'less is sent to the other, and that one is asked once it has arrived');
SELECT is(
    (SELECT v.status FROM payments.transfer_reversals AS v WHERE v.payment_id = pay('k2')),
    'waiting', 'not before');
SELECT is((SELECT count(*) FROM payments.receivables), 0::bigint, 'nobody owes anything');
RESET ROLE;
-- What a payee owes of k3 is kept back from k4, and then k4 is taken back, too.
SELECT refund(pay('k3'), 'r3', 5000), reverse(pay('k3'), 'v1', 'balance_insufficient');
SELECT settled_payment(tenant_a(), 'k4');
SELECT results_eq(
    $$ SELECT t.amount, t.status FROM payments.stripe_transfers AS t
        WHERE t.id = transfer_of(pay('k4'), 'v1') $$, $$ VALUES (3000::bigint, 'pending') $$,
    'a transfer from which a debt was kept back');
SET LOCAL ROLE payments_definer;
SELECT is(pg_temp.claw('k4', 'c5', 10000), 0, 'gives back no more than it is');
SELECT results_eq(
    $$ SELECT d.recipient_id, d.amount FROM payments.receivables AS d
        WHERE d.payment_id = pay('k4') $$, $$ VALUES ('v1', 3000::bigint) $$,
    'the rest is owed again');
RESET ROLE;
-- A caller chooses what payees are called.
SELECT open_account(tenant_a(), 'seller', 's1:held');
SELECT settled_payment(tenant_a(), 'k5', resale()
    || '{"splits": [{"recipientType": "seller", "recipientId": "s1", "basisPoints": 5000},
                    {"recipientType": "seller", "recipientId": "s1:held", "basisPoints": 4000}]}');
SELECT lives_ok($$ SELECT refund(pay('k5'), 'r5') $$,
                'a payee is not taken for the hold of another');
SELECT refund_event(payments.id_derive(tenant_a(), 'refund', 'api', 'fixtures', 'r5'),
                    'refund.failed', 'failed', 'evt_failed');
SELECT is((SELECT r.status FROM payments.payment_refunds AS r WHERE r.payment_id = pay('k5')),
          'failed', 'nor when the refund fails afterwards');
SELECT is_empty(
    $$ SELECT * FROM payments.violations_all(tenant_a()) AS v
        WHERE v.object_id = pay('k5')::text $$, 'no cent of it is lost');
SELECT is(
    (SELECT count(*) FROM payments.invariant_receivables_add_up(tenant_a())), 0::bigint,
    'debts and nettings agree');

SELECT * FROM finish();
ROLLBACK;
