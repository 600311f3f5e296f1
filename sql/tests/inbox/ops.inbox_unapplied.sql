BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT receive('evt_' || n, 'charge.updated', '[]') FROM generate_series(1, 4) AS n;
UPDATE payments.webhook_inbox SET tenant_id = CASE event_id WHEN 'evt_4' THEN tenant_b()
    ELSE tenant_a() END, state = CASE event_id WHEN 'evt_1' THEN 'done' ELSE 'quarantined' END,
    finished_at = clock();
CREATE ROLE tap_report_member IN ROLE payments_analyst;
CREATE ROLE tap_report_stranger IN ROLE payments_analyst;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_report_member');
INSERT INTO payments.payment_events (tenant_id, id, source, event_type, provider_id, result, reason,
                                     occurred_at, applied_at)
VALUES (tenant_a(), 'evt_2', 'platform', 'charge.updated', 'ch_1', 'quarantined',
        'amount 9, ours is 10000', clock(), clock());
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_report_member;
SELECT set_eq($$ SELECT w.event_id, w.state, w.reason FROM ops.inbox_unapplied(tenant_a()) AS w $$,
    $$ VALUES ('evt_2', 'quarantined', 'amount 9, ours is 10000'),
              ('evt_3', 'quarantined', NULL) $$,
              'what was not applied is listed with its reason, only the tenant''s own');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_report_stranger;
SELECT throws_ok($$ SELECT * FROM ops.inbox_unapplied(tenant_a()) $$, 'PY070', NULL,
                 'an analyst who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SELECT throws_ok($$ SELECT * FROM ops.inbox_unapplied(NULL) $$, 'PY001', NULL,
                 'no tenant is refused');
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT * FROM ops.inbox_unapplied(tenant_a()) $$, '42501', NULL,
                 'the service has no business in ops');

SELECT * FROM finish();
ROLLBACK;
