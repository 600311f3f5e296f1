BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(7);
SET LOCAL ROLE payments_worker;
SELECT set_eq('SELECT queue, depth, oldest_seconds FROM api.queues_state()',
    $$ VALUES ('operations', 0::bigint, 0::numeric), ('webhooks', 0, 0),
              ('refund_batch_items', 0, 0) $$,
    'every queue is named, idle ones with zeros');
RESET ROLE;
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1')
  FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(t, 'k') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT enter(NULL);
SELECT receive('evt_1', 'charge.updated', '[]');
SELECT advance('30 seconds');
SET LOCAL ROLE payments_api;
SELECT is((SELECT depth FROM api.queues_state() WHERE queue = 'operations'), 4::bigint,
          'the operations of all tenants count');
SELECT is((SELECT floor(oldest_seconds) FROM api.queues_state() WHERE queue = 'operations'),
          30::numeric,
    'age is how long the longest waiting one has been due');
SELECT is((SELECT (depth, floor(oldest_seconds)) FROM api.queues_state() WHERE queue = 'webhooks'),
          (1::bigint, 30::numeric),
    'an event that nobody has applied counts');
SELECT is(current_setting('app.current_tenant_id', true), '', 'no tenant is entered');
SELECT cmp_ok((SELECT max(measured_at) FROM api.queues_state()), '<=', clock_timestamp(),
              'the time is the server''s real one');
RESET ROLE;
UPDATE payments.stripe_operations SET next_run_at = next_run_at + interval '1 hour';
SET LOCAL ROLE payments_api;
SELECT is((SELECT (depth, oldest_seconds) FROM api.queues_state() WHERE queue = 'operations'),
          (4::bigint, 0.000),
    'what waits for its time is not late');

SELECT * FROM finish();
ROLLBACK;
