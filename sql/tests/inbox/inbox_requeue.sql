BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(6);
SELECT receive('evt_dead', 'charge.updated', '[]'), receive('evt_new', 'charge.updated', '[]'),
       receive('evt_other', 'charge.updated', '[]');
UPDATE payments.webhook_inbox SET state = 'dead', attempts = 10, finished_at = clock()
 WHERE event_id <> 'evt_new';
UPDATE payments.webhook_inbox SET tenant_id = tenant_b() WHERE event_id = 'evt_other';
SET LOCAL ROLE payments_definer;
SELECT is((SELECT count(*) FROM payments.inbox_requeue(tenant_a(), NULL, NULL, ARRAY['dead'])),
          0::bigint, 'a tenant without such events has none');
SELECT is((SELECT count(*) FROM payments.inbox_requeue(NULL, NULL, NULL, ARRAY['quarantined'])),
          0::bigint, 'nor has a state');
SELECT is(
    (SELECT count(*) FROM payments.inbox_requeue(NULL, NULL, tstzrange('2020-01-01', '2020-01-02'),
                                                 ARRAY['dead'])), 0::bigint, 'nor another period');
SELECT is((SELECT count(*) FROM payments.inbox_requeue(NULL, NULL, NULL, ARRAY['dead'])), 1::bigint,
          'what nobody owns is requeued as such');
SELECT is(
    (SELECT count(*) FROM payments.inbox_requeue(tenant_b(), 'evt_other', NULL, ARRAY['dead'])),
    1::bigint, 'one event is requeued by its id');
RESET ROLE;
SELECT is(
    (SELECT count(*) FROM payments.webhook_inbox WHERE state = 'received' AND attempts = 0
        AND finished_at IS NULL), 3::bigint, 'it starts anew');

SELECT * FROM finish();
ROLLBACK;
