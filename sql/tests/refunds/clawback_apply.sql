BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1'),
       open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale()), keep('c', gen_random_uuid()),
       paid_transfer(pay('k1'), 'v1');
SET LOCAL ROLE payments_definer;
SELECT is(
    payments.clawback_apply(tenant_a(), pay('k1'), 'dispute', the('c'), 5000, 'disputes', clock()),
    1, 'a loss is shared out: one payee has to return something');
SELECT set_eq(
    $$ SELECT g.leg, g.amount FROM payments.ledger_postings AS g WHERE g.cause_id = the('c') $$,
    $$ VALUES ('platform', 500::bigint), ('venue:v1', 500), ('held:seller:s1', 4000) $$,
    'each share is posted, against what took the money');
SELECT is(balance(tenant_a(), 'disputes'), -5000::bigint, 'which is even');
SELECT is((SELECT e.held_amount FROM payments.escrows AS e), 4000::bigint,
          'the held share comes out of the hold');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.clawback_apply(tenant_a(), pay('k1'), 'dispute', the('c'), 5000, 'disputes',
                                      clock()) $$, '23505', NULL, 'a cause is shared out once');
SELECT throws_ok(
    $$ SELECT payments.clawback_apply(tenant_a(), pay('k1'), 'dispute', gen_random_uuid(), 5001,
                                      'disputes', clock()) $$, 'PY023', NULL,
    'no more than was captured');
SELECT unchanged('and leaves nothing');
SELECT is(
    payments.clawback_apply(tenant_a(), pay('k1'), 'dispute', gen_random_uuid(), 0, 'disputes',
                            clock()), 0, 'nothing is nobody''s');

SELECT * FROM finish();
ROLLBACK;
