BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k');
SELECT enter(NULL);
SELECT keep('start', clock()),
       settled_payment(tenant_a(), 'k1', '{"eventId": "e1", "venueId": "hall"}');
SELECT settled_payment(tenant_a(), 'k2', '{"eventId": "e2", "venueId": "hall"}'),
       refund(pay('k2'), 'r', 1000);
SELECT dispute(pay('k1'), 'd1', 'needs_response'), dispute(pay('k2'), 'd2', 'lost');
CREATE ROLE tap_report_member IN ROLE payments_analyst;
CREATE ROLE tap_report_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_report_member');
SELECT enter(NULL);

SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq(
    $$ SELECT d.currency, d.payments, d.captured, d.disputes, d.rate_basis_points, d.open, d.won,
              d.lost FROM ops.dispute_rate(tenant_a()) AS d $$,
    $$ VALUES ('usd', 2::bigint, 20000::numeric, 2::bigint, 10000::bigint, 1::bigint, 0::bigint,
               1::bigint) $$, 'disputes stand beside the payments of the period');
SELECT cmp_ok((SELECT d.disputed FROM ops.dispute_rate(tenant_a()) AS d), '>',
              (SELECT d.lost_amount FROM ops.dispute_rate(tenant_a()) AS d),
              'only what was lost counts as lost');
SELECT is_empty(
    $$ SELECT * FROM ops.dispute_rate(tenant_a(), p_to => kept('start')::timestamptz) $$,
    'outside the period nothing counts');
SELECT throws_ok($$ SELECT * FROM ops.dispute_rate(tenant_a(), '2026-02-01', '2026-01-01') $$,
                 'PY020', NULL, 'a period that ends before it starts is refused');

SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_report_stranger;
SELECT throws_ok($$ SELECT * FROM ops.dispute_rate(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.dispute_rate(NULL) $$, 'PY001', NULL, 'no tenant is refused');

SELECT * FROM finish();
ROLLBACK;
