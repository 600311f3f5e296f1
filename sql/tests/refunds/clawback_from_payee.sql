BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale()), keep('c', gen_random_uuid());
SELECT api.escrow_release(tenant_a(), 'svc', 'x1', '\x01', escrow_of(pay('k1')),
                          '{"reason": "r", "amount": 5000}', 20);
SELECT paid_transfer(pay('k1'), 's1');
SET LOCAL ROLE payments_definer;
SELECT is(
    payments.clawback_from_payee(tenant_a(), pay('k1'), 'refund', the('c'), 'seller', 's1', 4000,
                                 'usd', 'provider_clearing', clock()), 1,
    'a payee gives back out of its hold and its transfer');
SELECT is((SELECT (e.held_amount, e.refunded_amount, e.status)::text FROM payments.escrows AS e),
          '(0,3000,canceled)', 'the hold first, to the last cent');
SELECT is((SELECT (v.amount, v.status)::text FROM payments.transfer_reversals AS v),
          '(1000,pending)', 'then the transfer');
SELECT set_eq(
    $$ SELECT g.leg, g.amount FROM payments.ledger_postings AS g WHERE g.cause_id = the('c') $$,
    $$ VALUES ('held:seller:s1', 3000::bigint), ('seller:s1', 1000) $$,
    'each posted as what it was');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.clawback_from_payee(tenant_a(), pay('k1'), 'refund', the('c'), 'seller',
                                           's1', 4000, 'usd', 'provider_clearing', clock()) $$,
    '23505', NULL, 'a cause takes from a payee once');
SELECT unchanged('and leaves nothing');
RESET ROLE;
-- A caller chooses what payees are called.
SELECT open_account(tenant_a(), 'seller', 's1:held');
SELECT settled_payment(tenant_a(), 'k2', resale()
                       || '{"splits": [{"recipientType": "seller", "recipientId": "s1", '
                          '"basisPoints": 5000},
    {"recipientType": "seller", "recipientId": "s1:held", "basisPoints": 4000}]}');
SELECT lives_ok($$ SELECT refund(pay('k2'), 'r') $$,
                'a payee is not taken for the hold of another');
SELECT refund_event(payments.id_derive(tenant_a(), 'refund', 'api', 'fixtures', 'r'),
                    'refund.failed', 'failed', 'evt_failed');
SELECT is((SELECT r.status FROM payments.payment_refunds AS r WHERE r.payment_id = pay('k2')),
          'failed', 'nor when the refund fails afterwards');
SELECT is_empty(
    $$ SELECT * FROM ops.money_violations(tenant_a()) AS v WHERE v.object_id <> pay('k1')::text $$,
    'no cent of it is lost');

SELECT * FROM finish();
ROLLBACK;
