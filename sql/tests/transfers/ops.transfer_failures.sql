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
SELECT paid_transfer(pay('k1'), 'v1');
CREATE ROLE tap_report_member IN ROLE payments_analyst;
CREATE ROLE tap_report_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_report_member');
SELECT enter(NULL);

SELECT unchecked($$
    UPDATE payments.stripe_transfers SET status = 'failed' WHERE id = transfer_of(pay('k1'), 'a1');
    UPDATE payments.stripe_operations SET failures = 3, last_error_code = 'account_closed'
     WHERE subject_id = transfer_of(pay('k1'), 'a1')
$$);
SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq(
    $$ SELECT t.recipient_type, t.transfers, t.paid, t.waiting, t.failed, t.failed_basis_points,
              t.attempts_failed, t.most_frequent_error
                   FROM ops.transfer_failures(tenant_a()) AS t $$,
    $$ VALUES ('venue', 2::bigint, 1::bigint, 1::bigint, 0::bigint, 0::bigint, 0::bigint, NULL),
              ('artist', 2, 0, 1, 1, 5000, 3, 'account_closed') $$,
    'paid, waiting and failed add up, per kind of payee');
SELECT is_empty(
    $$ SELECT * FROM ops.transfer_failures(tenant_a(), p_to => kept('start')::timestamptz) $$,
    'outside the period nothing counts');
SELECT is((SELECT sum(t.transfers) FROM ops.transfer_failures(tenant_a()) AS t), 4::numeric,
          'another tenant''s are not in it');
SELECT throws_ok($$ SELECT * FROM ops.transfer_failures(tenant_a(), '2026-02-01', '2026-01-01') $$,
                 'PY020', NULL, 'a period that ends before it starts is refused');

SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_report_stranger;
SELECT throws_ok($$ SELECT * FROM ops.transfer_failures(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.transfer_failures(NULL) $$, 'PY001', NULL,
                 'no tenant is refused');

SELECT * FROM finish();
ROLLBACK;
