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
SELECT throws_ok($$ SELECT ops.inbox_replay(tenant_a(), 'evt_d') $$, 'PY010', NULL,
                 'what was applied is not applied again');
SELECT throws_ok($$ SELECT ops.inbox_replay(tenant_a(), 'evt_unheard_of') $$, 'PY010', NULL,
                 'an unknown event is refused');
SELECT throws_ok($$ SELECT ops.inbox_replay(NULL, 'evt_q') $$, 'PY070', NULL,
                 'events that nobody owns are the database owners');

RESET SESSION AUTHORIZATION;
SELECT enter(NULL);
SET LOCAL SESSION AUTHORIZATION tap_stranger;
SELECT throws_ok($$ SELECT ops.inbox_replay(tenant_a(), 'evt_q') $$, 'PY070', NULL,
                 'an operator who is no member of the tenant is refused');
RESET SESSION AUTHORIZATION;
SELECT unchanged('a refused verb changes nothing');

SET LOCAL SESSION AUTHORIZATION tap_operator;
SELECT lives_ok($$ SELECT ops.inbox_replay(tenant_a(), 'evt_q') $$,
                'a quarantined event is replayed');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT state FROM payments.webhook_inbox WHERE event_id = 'evt_q'), 'received',
          'it waits for the worker');

SELECT * FROM finish();
ROLLBACK;
