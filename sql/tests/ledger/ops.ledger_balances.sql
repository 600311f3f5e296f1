BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(9);
CREATE ROLE tap_balances_ana LOGIN IN ROLE payments_analyst;
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k');
SELECT ops.tenant_member_add(tenant_a(), 'tap_balances_ana');
SELECT enter(tenant_b());
SELECT ops.tenant_member_add(tenant_b(), 'payments_analyst');
SELECT enter(NULL);
SELECT remember();

SET LOCAL SESSION AUTHORIZATION tap_balances_ana;
SELECT results_eq('SELECT * FROM ops.ledger_balances(tenant_a())',
    $$ VALUES ('payee_payable', 'artist', 'a1', 'usd', 0::bigint, 2500::bigint, -2500::bigint),
              ('payee_payable', 'venue', 'v1', 'usd', 0, 6000, -6000),
              ('platform_revenue', '', '', 'usd', 0, 1500, -1500),
              ('provider_clearing', '', '', 'usd', 10000, 0, 10000),
              ('provider_fees', '', '', 'usd', 0, 0, 0) $$,
    'a member sees every account of their tenant with debits, credits and balance');
SELECT throws_ok('SELECT * FROM ops.ledger_balances(tenant_b())', 'PY002', NULL,
                 'a second tenant in one transaction is refused');
SELECT enter(NULL);
SELECT throws_ok('SELECT * FROM ops.ledger_balances(tenant_b())', 'PY070', NULL,
                 'a tenant that the person is no member of is refused');
SELECT throws_ok('SELECT * FROM ops.ledger_balances(NULL)', 'PY001', NULL, 'no tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('looking and being refused change nothing');
SELECT is((SELECT sum(balance) FROM ops.ledger_balances(tenant_a())), 0::numeric,
          'all balances of a tenant sum to zero');
SELECT enter(NULL);
SELECT is_empty('SELECT * FROM ops.ledger_balances(tenant_b())',
                'the owner sees that a tenant without payments has no accounts');
SELECT enter(NULL);
SET LOCAL ROLE payments_operator;
SELECT lives_ok('SELECT * FROM ops.ledger_balances(tenant_a())', 'an operator may ask');
SET LOCAL ROLE payments_worker;
SELECT throws_ok('SELECT * FROM ops.ledger_balances(tenant_a())', '42501', NULL,
                 'the service may not');

SELECT * FROM finish();
ROLLBACK;
