BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('then', clock()), advance('1 day'), paid_transfer(pay('k1'), 'v1');
CREATE ROLE tap_balance_member IN ROLE payments_analyst;
CREATE ROLE tap_balance_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_balance_member');
SET LOCAL SESSION AUTHORIZATION tap_balance_stranger;
SELECT throws_ok($$ SELECT * FROM ops.ledger_balance_at(tenant_a(), now()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_balance_member;
SELECT throws_ok($$ SELECT * FROM ops.ledger_balance_at(tenant_a(), NULL) $$, 'PY020', NULL,
                 'no moment is no question');
SELECT set_eq(
    $$ SELECT b.kind, b.recipient_id, b.balance
         FROM ops.ledger_balance_at(tenant_a(), kept('then')::timestamptz) AS b $$,
    $$ VALUES ('provider_clearing', '', 10000::bigint), ('payee_payable', 'v1', -6000),
              ('payee_payable', 'a1', -2500), ('platform_revenue', '', -1500),
              ('provider_fees', '', 0) $$, 'a balance is as it was then');
SELECT set_eq(
    $$ SELECT b.kind, b.recipient_id, b.debit, b.credit, b.balance
         FROM ops.ledger_balance_at(tenant_a(), clock()) AS b WHERE b.kind <> 'platform_revenue' $$,
    $$ VALUES ('provider_clearing', '', 10000::bigint, 6000::bigint, 4000::bigint),
              ('payee_payable', 'v1', 6000, 6000, 0), ('payee_payable', 'a1', 0, 2500, -2500),
              ('provider_fees', '', 0, 0, 0) $$, 'and as it is now');
SELECT is(
    (SELECT sum(b.balance)
       FROM ops.ledger_balance_at(tenant_a(), kept('then')::timestamptz - interval '1 year') AS b),
    0::numeric,
    'before anything happened there was nothing');

SELECT * FROM finish();
ROLLBACK;
