BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('one', transfer_of(pay('k1'), 'v1')), keep('two', transfer_of(pay('k1'), 'a1'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.transfer_settle(tenant_a(), the('one'), '{"id": "tr_1"}', clock());
SELECT results_eq(
    $$ SELECT status, stripe_transfer_id, paid_at IS NOT NULL
         FROM payments.stripe_transfers WHERE id = the('one') $$,
    $$ VALUES ('paid', 'tr_1', true) $$, 'a transfer is paid by Stripe''s transfer');
SELECT results_eq(
    $$ SELECT d.kind, d.recipient_id, c.kind, l.amount, l.currency, l.cause_id = the('one'), l.leg
         FROM payments.ledger_postings AS l
         JOIN payments.ledger_accounts AS d ON d.id = l.debit_account_id
         JOIN payments.ledger_accounts AS c ON c.id = l.credit_account_id
        WHERE l.cause_type = 'transfer' $$,
    $$ VALUES ('payee_payable', 'v1', 'provider_clearing', 6000::bigint, 'usd', true, 'paid') $$,
    'the payee''s liability is posted away, exactly');
SELECT results_eq(
    $$ SELECT object_type, object_id = the('one')
         FROM payments.provider_objects WHERE provider_id = 'tr_1' $$,
    $$ VALUES ('transfer', true) $$, 'whose Stripe''s transfer is, is kept');
SELECT remember();
SELECT payments.transfer_settle(tenant_a(), the('one'), '{"id": "tr_1"}', clock());
SELECT payments.transfer_settle(tenant_a(), the('one'), '{"id": "tr_2"}', clock());
SELECT payments.transfer_settle(tenant_a(), tenant_b(), '{"id": "tr_3"}', clock());
SELECT unchanged('a transfer is settled once, and an unknown one not at all');
SELECT throws_ok(
    $$ SELECT payments.transfer_settle(tenant_a(), the('two'), '{"id": "tr_1"}', clock()) $$,
    'PY033', NULL, 'a Stripe transfer that paid another is refused');
SELECT unchanged('the refused one is neither paid nor posted');
SELECT payments.transfer_settle(tenant_a(), the('two'), '{"id": "tr_2"}', clock());
SELECT is((SELECT status FROM payments.stripe_transfers WHERE id = the('two')), 'paid',
          'a blocked transfer that Stripe paid after all is paid');
RESET ROLE;
SELECT open_account(tenant_a(), 'artist', 'a2'), settled_payment(tenant_a(), 'k2');
SELECT send(call_of(pay('k2'), 'v1'));
SELECT refund(pay('k2'), 'r', 1000);
SET LOCAL ROLE payments_definer;
SELECT is(
    payments.transfer_settle(tenant_a(), transfer_of(pay('k2'), 'v1'), '{"id": "tr_9"}', clock()),
    1, 'a reversal that waited for its transfer is due then');
SELECT is(
    payments.transfer_settle(tenant_a(), transfer_of(pay('k2'), 'v1'), '{"id": "tr_9"}', clock()),
    0, 'once');

SELECT * FROM finish();
ROLLBACK;
