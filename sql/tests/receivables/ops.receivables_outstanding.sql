BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT paid_payment(tenant_a(), 'k1'), refund(pay('k1'), 'r1', 5000);
SELECT reverse(pay('k1'), 'v1', 'balance_insufficient'),
       settled_payment(tenant_a(), 'k2',
                       '{"amount": 1000, "splits": [{"recipientType": "venue", "recipientId": '
                       '"v1", "basisPoints": 6000}]}');
CREATE ROLE tap_owed_member IN ROLE payments_analyst;
CREATE ROLE tap_owed_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_owed_member');
SET LOCAL SESSION AUTHORIZATION tap_owed_stranger;
SELECT throws_ok($$ SELECT * FROM ops.receivables_outstanding(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_owed_member;
SELECT results_eq(
    $$ SELECT r.recipient_type, r.recipient_id, r.currency, r.amount, r.amount_netted,
              r.payment_id = pay('k1')
         FROM ops.receivables_outstanding(tenant_a()) AS r $$,
    $$ VALUES ('venue', 'v1', 'usd', 3000::bigint, 600::bigint, true) $$,
    'a member sees who owes what, and what was kept back');
RESET SESSION AUTHORIZATION;
SELECT settled_payment(tenant_a(), 'k3');
SET LOCAL SESSION AUTHORIZATION tap_owed_member;
SELECT is_empty('SELECT * FROM ops.receivables_outstanding(tenant_a())',
                'a debt that is paid is not listed');

SELECT * FROM finish();
ROLLBACK;
