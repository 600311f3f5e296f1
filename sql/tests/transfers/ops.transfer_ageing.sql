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
SELECT paid_transfer(pay('k1'), 'v1');
CREATE ROLE tap_report_member IN ROLE payments_analyst;
CREATE ROLE tap_report_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_report_member');
SELECT enter(NULL);

SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq(
    $$ SELECT t.age, t.status, t.recipient_type, t.transfers, t.amount
         FROM ops.transfer_ageing(tenant_a()) AS t WHERE t.recipient_type = 'venue' $$,
    $$ VALUES ('1: under a day', 'pending', 'venue', 1::bigint, 5400::numeric) $$,
    'what was paid is not in it');
SELECT is(
    (SELECT sum(t.transfers) FROM ops.transfer_ageing(tenant_a()) AS t
      WHERE t.recipient_type = 'artist'), 2::numeric, 'each kind of payee has its line');
RESET SESSION AUTHORIZATION;
SELECT advance('40 days');
SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT is((SELECT DISTINCT t.age FROM ops.transfer_ageing(tenant_a()) AS t), '4: under 90 days',
          'it gets older');

SELECT enter(NULL);
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION tap_report_stranger;
SELECT throws_ok($$ SELECT * FROM ops.transfer_ageing(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.transfer_ageing(NULL) $$, 'PY001', NULL,
                 'no tenant is refused');

SELECT * FROM finish();
ROLLBACK;
