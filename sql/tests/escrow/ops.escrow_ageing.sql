BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'seller', 's1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k', resale());
SELECT enter(NULL);
SELECT settled_payment(tenant_a(), 'k1', resale()), advance('8 days'),
       settled_payment(tenant_a(), 'k2', resale());

CREATE ROLE tap_report_member IN ROLE payments_analyst;
CREATE ROLE tap_report_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_report_member');
SELECT enter(NULL);

SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq(
    $$ SELECT e.age, e.status, e.currency, e.escrows FROM ops.escrow_ageing(tenant_a()) AS e $$,
    $$ VALUES ('1: under a day', 'held', 'usd', 1::bigint),
              ('3: under 30 days', 'held', 'usd', 1) $$,
    'each hold is as old as it is, and only the tenant''s own');
SELECT cmp_ok((SELECT min(e.held) FROM ops.escrow_ageing(tenant_a()) AS e), '>', 0::numeric,
              'what it holds is told');
RESET SESSION AUTHORIZATION;
SELECT enter(tenant_a());
SELECT escrow_of(pay('k1')) IS NOT NULL;
UPDATE payments.escrows SET hold_until = clock() - interval '1 hour' WHERE tenant_id = tenant_a()
   AND payment_id = pay('k1');
SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT is((SELECT sum(e.overdue) FROM ops.escrow_ageing(tenant_a()) AS e), 1::numeric,
          'a hold past its time is overdue');

SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_report_stranger;
SELECT throws_ok($$ SELECT * FROM ops.escrow_ageing(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.escrow_ageing(NULL) $$, 'PY001', NULL,
                 'no tenant is refused');

SELECT * FROM finish();
ROLLBACK;
