BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(10);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), keep('r1', refund(pay('k1'), 'r1', 5000));
SELECT is(reverse(pay('k1'), 'v1', 'balance_insufficient'), 1, 'the venue has spent it');
SELECT results_eq(
    $$ SELECT v.status, v.shortfall
         FROM payments.transfer_reversals AS v WHERE v.id = reversal_of(the('r1'), 'v1') $$,
    $$ VALUES ('failed', 3000::bigint) $$, 'its reversal has failed and says by how much');
SELECT is((SELECT r.status FROM payments.payment_refunds AS r WHERE r.id = the('r1')), 'succeeded',
          'the buyer''s refund stands');
SELECT results_eq(
    $$ SELECT d.recipient_id, d.cause_type, d.amount, d.amount_netted, d.currency
         FROM payments.receivables AS d $$,
    $$ VALUES ('v1', 'reversal', 3000::bigint, 0::bigint, 'usd') $$, 'the venue owes it (F11)');
SELECT results_eq(
    $$ SELECT balance(tenant_a(), 'payee_receivable', 'v1'), balance(tenant_a(), 'payee_payable',
              'v1') $$,
    $$ VALUES (3000::bigint, 0::bigint) $$, 'in the ledger, too');
SELECT results_eq(
    $$ SELECT t.status, t.amount_reversed, t.amount_reversal_pending
         FROM payments.stripe_transfers AS t WHERE t.id = transfer_of(pay('k1'), 'v1') $$,
    $$ VALUES ('paid', 0::bigint, 0::bigint) $$, 'of the transfer nothing has come back');
SELECT is(reverse(pay('k1'), 'a1'), 1, 'the artist''s part does not wait for it');
SELECT remember();
SET LOCAL ROLE payments_definer;
SELECT lives_ok(
    $$ SELECT payments.reversal_fail(tenant_a(), reversal_of(the('r1'), 'v1'), clock()),
              payments.reversal_fail(tenant_a(), reversal_of(the('r1'), 'a1'), clock()) $$,
    'what has ended');
SELECT unchanged('does not fail again');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
