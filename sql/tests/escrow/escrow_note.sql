BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale()), keep('e', escrow_of(pay('k1')));
SELECT keep('e', escrow_of(pay('k1')));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.escrow_note(tenant_a(), the('e'), 'released', 5, 'r', 'me', 'c1', clock()),
          payments.id_derive(tenant_a(), 'escrow_event', the('e')::text, 'released', 'c1'),
          'a line''s id follows from its cause');
SELECT results_eq(
    $$ SELECT v.event, v.amount, v.reason, v.actor
         FROM payments.escrow_events AS v WHERE v.actor = 'me' $$,
    $$ VALUES ('released', 5::bigint, 'r', 'me') $$, 'it says what, how much, why and who');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.escrow_note(tenant_a(), the('e'), 'released', 9, 'r', 'me', 'c1',
                                   clock()) $$, '23505', NULL,
    'the same cause is noted once: a release is not made twice');
SELECT throws_ok(
    $$ SELECT payments.escrow_note(tenant_a(), the('e'), 'lost', 9, 'r', 'me', 'c2', clock()) $$,
    '23514', NULL, 'nothing unheard-of is noted');
SELECT unchanged('no refused line is there');

SELECT * FROM finish();
ROLLBACK;
