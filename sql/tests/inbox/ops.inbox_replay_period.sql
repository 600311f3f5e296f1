BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SELECT receive('evt_q', 'charge.updated', '[]'), receive('evt_d', 'charge.updated', '[]');
UPDATE payments.webhook_inbox SET tenant_id = tenant_a(), finished_at = clock(),
       state = CASE event_id WHEN 'evt_q' THEN 'quarantined' ELSE 'done' END;

CREATE ROLE tap_operator LOGIN IN ROLE payments_operator;
CREATE ROLE tap_stranger LOGIN IN ROLE payments_operator;
SELECT enter(tenant_a()), ops.tenant_member_add(tenant_a(), 'tap_operator');
SELECT enter(NULL);

SELECT remember();
SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT throws_ok($$ SELECT ops.inbox_replay_period(tenant_a(), NULL) $$, 'PY020', NULL,
                 'a replay of everything there ever was is refused');
SELECT throws_ok($$ SELECT ops.inbox_replay_period(NULL, '2020-01-01') $$, 'PY070', NULL,
                 'events that nobody owns are the database owners');
SELECT throws_ok($$ SELECT ops.inbox_replay_period(tenant_a(), '2026-02-01', '2026-01-01') $$,
                 'PY020', NULL, 'a period that ends before it starts is refused');

RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_stranger;
SELECT throws_ok($$ SELECT ops.inbox_replay_period(tenant_a(), '2020-01-01') $$, 'PY070', NULL,
                 'an operator who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('a refused verb changes nothing');

SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT is(ops.inbox_replay_period(tenant_a(), '2020-01-01', '2020-02-01'), 0::bigint,
          'outside the period nothing is replayed');
SELECT is(ops.inbox_replay_period(tenant_a(), '2020-01-01'), 1::bigint,
          'what ended badly is, what was applied is not');

SELECT * FROM finish();
ROLLBACK;
