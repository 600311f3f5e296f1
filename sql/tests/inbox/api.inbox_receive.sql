BEGIN;
SELECT plan(14);

SET LOCAL ROLE payments_webhook;
SELECT is(
    api.inbox_receive(ARRAY['platform', 'connect', 'platform'], ARRAY['evt_1', 'evt_1', 'evt_2'],
                      ARRAY['a', 'b', 'c'],
    ARRAY['["pi_1"]', '[]', '[]']::jsonb[], ARRAY['\x00ff', '\x01', '\x02']::bytea[]), 3,
    'events that came together are stored together; an id counts per endpoint');
RESET ROLE;
SELECT results_eq(
    $$ SELECT event_type, object_ids, payload, state, tenant_id, attempts, lease_epoch, finished_at
         FROM payments.webhook_inbox WHERE source = 'platform' AND event_id = 'evt_1' $$,
    $$ VALUES ('a', '["pi_1"]'::jsonb, '\x00ff'::bytea, 'received', NULL::uuid, 0, 0::bigint,
                NULL::timestamptz) $$,
    'an event is stored as it came, byte for byte');
SELECT is((SELECT count(*) FROM payments.webhook_inbox WHERE next_run_at <= clock()), 3::bigint,
          'a stored event is due at once');
SELECT remember();
SET LOCAL ROLE payments_webhook;
SELECT is(
    api.inbox_receive(ARRAY['platform', 'platform'], ARRAY['evt_1', 'evt_2'], ARRAY['x', 'x'],
                      ARRAY['[]', '[]']::jsonb[], ARRAY['\xaa', '\xaa']::bytea[]), 0,
    'a redelivery is not new');
RESET ROLE;
SELECT unchanged('a redelivery changes nothing, whatever its body says');
SET LOCAL ROLE payments_webhook;
SELECT is(
    api.inbox_receive(ARRAY['platform', 'platform', 'platform'], ARRAY['evt_1', 'evt_3', 'evt_3'],
                      ARRAY['x', 'y', 'z'],
    ARRAY['[]', '[]', '[]']::jsonb[], ARRAY['\xaa', '\xbb', '\xcc']::bytea[]), 1,
    'of a batch only what is new is stored, once');
SELECT is(api.inbox_receive('{}', '{}', '{}', '{}', '{}'), 0, 'an empty batch is fine');
RESET ROLE;
-- Counters survive a redelivery.
UPDATE payments.webhook_inbox SET attempts = 4, lease_epoch = 7, state = 'waiting'
 WHERE event_id = 'evt_3';
SELECT remember();
SET LOCAL ROLE payments_webhook;
SELECT is(
    api.inbox_receive(ARRAY['platform'], ARRAY['evt_3'], ARRAY['y'], ARRAY['[]']::jsonb[],
                      ARRAY['\xbb']::bytea[]), 0, 'an event that failed before is not new either');
RESET ROLE;
SELECT unchanged('its attempts and its epoch survive the redelivery');
SET LOCAL ROLE payments_webhook;
SELECT throws_ok(
    $$ SELECT api.inbox_receive(ARRAY['nobody'], ARRAY['evt_9'], ARRAY['x'], ARRAY['[]']::jsonb[],
                                ARRAY['\x00']::bytea[]) $$, '23514', NULL,
    'an event of an unknown endpoint is refused');
SELECT throws_ok(
    $$ SELECT api.inbox_receive(ARRAY['platform', 'platform'], ARRAY['evt_9', repeat('x', 256)],
                                ARRAY['x', 'x'], ARRAY['[]', '[]']::jsonb[],
                                ARRAY['\x00', '\x00']::bytea[]) $$,
    '23514', NULL, 'an event with an endless id is refused');
SELECT throws_ok(
    $$ SELECT api.inbox_receive(ARRAY['platform'], ARRAY['evt_9'], ARRAY['x'], ARRAY['{}']::jsonb[],
                                ARRAY['\x00']::bytea[]) $$, '23514', NULL,
    'object ids that are no list are refused');
RESET ROLE;
SELECT unchanged('a refused batch stores nothing');
SET LOCAL ROLE payments_webhook;
SELECT throws_ok($$ SELECT * FROM payments.webhook_inbox $$, '42501', NULL,
                 'the endpoint itself does not read the inbox');

SELECT * FROM finish();
ROLLBACK;
