BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT enter(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT is(payments.ledger_account_open(tenant_a(), 'payee_held', 'venue', 'v9', 'usd', clock()),
          payments.ledger_account_id(tenant_a(), 'payee_held', 'venue', 'v9', 'usd'),
          'an account is opened under the id that follows from what it is for');
SELECT results_eq(
    $$ SELECT a.kind, a.recipient_type, a.recipient_id, a.currency
         FROM payments.ledger_accounts AS a $$,
    $$ VALUES ('payee_held', 'venue', 'v9', 'usd') $$, 'it is there');
SELECT remember();
SELECT is(payments.ledger_account_open(tenant_a(), 'payee_held', 'venue', 'v9', 'usd', clock()),
          payments.ledger_account_id(tenant_a(), 'payee_held', 'venue', 'v9', 'usd'),
          'again it is the same');
SELECT unchanged('and not opened twice');
SELECT is(payments.ledger_account_open(tenant_a(), 'disputes', 'venue', 'v9', 'usd', clock()),
          payments.ledger_account_id(tenant_a(), 'disputes', '', '', 'usd'),
          'an account of the tenant''s own has no recipient');

SELECT * FROM finish();
ROLLBACK;
