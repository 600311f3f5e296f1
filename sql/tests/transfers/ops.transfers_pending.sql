BEGIN;
SELECT plan(6);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT open_account(tenant_b(), 'venue', 'v1'), open_account(tenant_b(), 'artist', 'a1');
SELECT settled_payment(tenant_b(), 'k1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT paid_transfer(pay('k2'), 'v1');
CREATE ROLE tap_pending_member IN ROLE payments_analyst;
CREATE ROLE tap_pending_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_pending_member');
SELECT send(call_of(pay('k1'), 'v1')),
       finish(call_of(pay('k1'), 'v1'),
              '{"outcome": "failed", "code": "resource_missing", "message": "No such charge"}');
SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_pending_stranger;
SELECT throws_ok($$ SELECT * FROM ops.transfers_pending(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
SET LOCAL SESSION AUTHORIZATION tap_pending_member;
SELECT is((SELECT count(*) FROM ops.transfers_pending(tenant_a())), 3::bigint,
          'a member sees what still has to be paid, and no other tenant''s');
SELECT results_eq(
    $$ SELECT payment_id = pay('k1'), recipient_type, stripe_account_id, amount, currency, status,
              attempts, next_attempt_at IS NOT NULL, last_error_code, last_error
         FROM ops.transfers_pending(tenant_a()) WHERE recipient_id = 'v1' $$,
    $$ VALUES (true, 'venue', 'acct_v1_aaaaaaaa', 6000::bigint, 'usd', 'pending', 1, true,
              'resource_missing', 'No such charge') $$,
    'a retried one with its attempts and error');
SELECT results_eq(
    $$ SELECT status, next_attempt_at
         FROM ops.transfers_pending(tenant_a()) WHERE recipient_id = 'a1' LIMIT 1 $$,
    $$ VALUES ('blocked', NULL::timestamp with time zone) $$,
    'a blocked one is visible, and not tried');
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.transfers_pending(tenant_b()) $$, 'PY070', NULL,
                 'a tenant the analyst is no member of is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('looking changes nothing');

SELECT * FROM finish();
ROLLBACK;
