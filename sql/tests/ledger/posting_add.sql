BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT enter(tenant_a()), keep('c', gen_random_uuid());
SET LOCAL ROLE payments_definer;
SELECT payments.posting_add(tenant_a(), 'payee_payable', 'provider_clearing', 'venue', 'v9', 70,
                            'usd', 'refund', the('c'), 'x', NULL, clock());
SELECT results_eq(
    $$ SELECT balance(tenant_a(), 'payee_payable', 'v9'), balance(tenant_a(), 'provider_clearing')
    $$, $$ VALUES (70::bigint, -70::bigint) $$,
    'an amount moves from one account to another, which need not have existed');
SELECT set_eq(
    $$ SELECT a.id, a.kind, a.recipient_type, a.recipient_id, a.currency
         FROM payments.ledger_accounts AS a $$,
    $$ VALUES (payments.ledger_account_id(tenant_a(), 'payee_payable', 'venue', 'v9', 'usd'),
               'payee_payable', 'venue', 'v9', 'usd'),
              (payments.ledger_account_id(tenant_a(), 'provider_clearing', '', '', 'usd'),
               'provider_clearing', '', '', 'usd') $$,
    'each is opened under the id that follows from what it is for; the tenant''s own has no payee');
SELECT payments.posting_add(tenant_a(), 'payee_payable', 'provider_clearing', 'venue', 'v9', 1,
                            'usd', 'refund', the('c'), 'w', NULL, clock());
SELECT is((SELECT count(*) FROM payments.ledger_accounts), 2::bigint, 'and opened once');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.posting_add(tenant_a(), 'payee_payable', 'provider_clearing', 'venue', 'v9',
                                   70, 'usd', 'refund', the('c'), 'x', NULL, clock()) $$, '23505',
    NULL, 'a leg of a cause is posted once');
SELECT throws_ok(
    $$ SELECT payments.posting_add(tenant_a(), 'payee_payable', 'provider_clearing', 'venue', 'v9',
                                   -1, 'usd', 'refund', the('c'), 'y', NULL, clock()) $$, '23514',
    NULL, 'a negative amount is refused');
SELECT throws_ok(
    $$ SELECT payments.posting_add(tenant_a(), 'disputes', 'disputes', '', '', 1, 'usd', 'refund',
                                   the('c'), 'y', NULL, clock()) $$, '23514', NULL,
    'nothing moves from an account to itself');
SELECT lives_ok(
    $$ SELECT payments.posting_add(tenant_a(), 'disputes', 'provider_fees', '', '', 0, 'usd',
                                   'refund', the('c'), 'y', NULL, clock()) $$,
    'an amount of nothing');
SELECT unchanged('is no posting, and no refused one left anything');

SELECT * FROM finish();
ROLLBACK;
