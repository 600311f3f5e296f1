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
SELECT asked_payment(tenant_a(), 'k3'), created_payment(tenant_a(), 'k4'),
       authorised_payment(tenant_a(), 'k5');
SELECT asked_payment(tenant_a(), 'k6');
SELECT finish(operation_of(pay('k6'), 'intent'), '{"outcome": "failed", "code": "x"}');
CREATE ROLE tap_report_member IN ROLE payments_analyst;
CREATE ROLE tap_report_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_report_member');
SELECT enter(NULL);

SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT results_eq(
    $$ SELECT f.step, f.payments, f.basis_points FROM ops.intent_funnel(tenant_a()) AS f $$,
    $$ VALUES ('created', 6::bigint, 10000::bigint), ('offered to the buyer', 4, 6666),
              ('tried', 3, 5000), ('authorised', 3, 5000), ('captured', 2, 3333),
              ('refunded', 1, 1666), ('disputed', 0, 0), ('given up', 1, 1666),
              ('blocked', 0, 0) $$, 'each step has those who came that far');
SELECT is((SELECT f.amount FROM ops.intent_funnel(tenant_a()) AS f WHERE f.step = 'captured'),
          20000::numeric, 'with the money asked for');
SELECT is_empty(
    $$ SELECT * FROM ops.intent_funnel(tenant_a(), p_to => kept('start')::timestamptz) $$,
    'outside the period nothing counts');
SELECT throws_ok($$ SELECT * FROM ops.intent_funnel(tenant_a(), '2026-02-01', '2026-01-01') $$,
                 'PY020', NULL, 'a period that ends before it starts is refused');

SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_report_stranger;
SELECT throws_ok($$ SELECT * FROM ops.intent_funnel(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.intent_funnel(NULL) $$, 'PY001', NULL,
                 'no tenant is refused');

SELECT * FROM finish();
ROLLBACK;
