BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k');
SELECT enter(NULL);
SELECT keep('start', clock()),
       settled_payment(tenant_a(), 'k1', '{"eventId": "e1", "venueId": "hall"}');
SELECT settled_payment(tenant_a(), 'k2', '{"eventId": "e2", "venueId": "hall"}'),
       refund(pay('k2'), 'r', 1000);

CREATE ROLE tap_report_member IN ROLE payments_analyst;
CREATE ROLE tap_report_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_report_member');
SELECT enter(NULL);

SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq(
    $$ SELECT c.tenant_id, c.payments, c.gross, c.refunded, c.platform
         FROM ops.tenants_compared() AS c $$,
    $$ VALUES (tenant_a(), 2::bigint, 20000::numeric, 1000::numeric, 2850::numeric) $$,
    'only the caller''s tenants are compared');
SELECT is(current_setting('app.current_tenant_id', true), '', 'no tenant stays entered');
RESET SESSION AUTHORIZATION;
SELECT ops.tenant_member_add(tenant_b(), 'tap_report_member');
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq($$ SELECT c.tenant_id, c.gross FROM ops.tenants_compared() AS c $$,
              $$ VALUES (tenant_a(), 20000::numeric), (tenant_b(), 10000) $$,
    'a member of two sees two');
SET LOCAL SESSION AUTHORIZATION tap_report_stranger;
SELECT is_empty('SELECT * FROM ops.tenants_compared()', 'a member of none sees none');
SELECT throws_ok($$ SELECT * FROM ops.tenants_compared('2026-02-01', '2026-01-01') $$, 'PY020',
                 NULL, 'a period that ends before it starts is refused');

SELECT * FROM finish();
ROLLBACK;
