BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(8);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k');
SELECT enter(NULL);
SELECT keep('start', clock()),
       settled_payment(tenant_a(), 'k1', '{"eventId": "e1", "venueId": "hall"}');
SELECT settled_payment(tenant_a(), 'k2', '{"eventId": "e2", "venueId": "hall"}'),
       refund(pay('k2'), 'r', 1000);
SELECT paid_transfer(pay('k1'), 'v1');
CREATE ROLE tap_report_member IN ROLE payments_analyst;
CREATE ROLE tap_report_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_report_member');
SELECT enter(NULL);

SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT results_eq(
    $$ SELECT s.what, s.amount, s.balance
         FROM ops.payout_statement(tenant_a(), 'venue', 'v1') AS s $$,
    $$ VALUES ('balance before', 0::numeric, 0::numeric), ('capture', 6000, 6000),
              ('capture', 6000, 12000), ('refund', -600, 11400), ('transfer', -6000, 5400) $$,
    'every line moves the balance that is owed');
SELECT results_eq(
    $$ SELECT s.what, s.balance FROM ops.payout_statement(tenant_a(), 'venue', 'v1',
                                                          clock()) AS s $$,
    $$ VALUES ('balance before', 5400::numeric) $$, 'what came before the period is carried over');
SELECT results_eq(
    $$ SELECT s.order_id FROM ops.payout_statement(tenant_a(), 'artist', 'a1') AS s
        WHERE s.what = 'refund' $$,
    $$ SELECT order_id FROM ops.payout_statement(tenant_a(), 'venue', 'v1')
        WHERE what = 'refund' $$, 'a line names the order');
SELECT is_empty($$ SELECT * FROM ops.payout_statement(tenant_a(), 'venue', 'nobody') $$,
                'a payee who never earned anything has no statement');
SELECT is(
    (SELECT s.balance FROM ops.payout_statement(tenant_a(), 'artist', 'a1') AS s
      ORDER BY s.happened_at DESC, s.balance LIMIT 1), 4750::numeric,
    'another payee has its own balance');
SELECT throws_ok(
    $$ SELECT * FROM ops.payout_statement(tenant_a(), 'venue', 'v1', '2026-02-01', '2026-01-01') $$,
    'PY020', NULL, 'a period that ends before it starts is refused');

SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_report_stranger;
SELECT throws_ok($$ SELECT * FROM ops.payout_statement(tenant_a(), 'venue', 'v1') $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.payout_statement(NULL, 'venue', 'v1') $$, 'PY001', NULL,
                 'no tenant is refused');

SELECT * FROM finish();
ROLLBACK;
