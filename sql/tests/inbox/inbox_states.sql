BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(3);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_a(), 'k1'), receive('evt_1', 'x', '[]'), receive('evt_2', 'x', '[]');
UPDATE payments.webhook_inbox SET tenant_id = tenant_a() WHERE event_id = 'evt_1';
SELECT enter(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT event_id, state FROM payments.inbox_states(tenant_a())',
              $$ VALUES ('evt_1', 'received') $$,
              'the events of a tenant are shown, and no others');
SELECT enter(tenant_b());
SELECT is_empty('SELECT * FROM payments.inbox_states(tenant_a())',
                'none of a tenant that is not entered');
RESET ROLE;
SET LOCAL ROLE payments_worker;
SELECT throws_ok('SELECT * FROM payments.inbox_states(tenant_a())', '42501', NULL,
                 'the service does not ask for them');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
