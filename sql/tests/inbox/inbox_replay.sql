BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT receive('evt_' || n, 'charge.updated', '[]') FROM generate_series(1, 3) AS n;
UPDATE payments.webhook_inbox SET tenant_id = tenant_a(), finished_at = clock(),
       state = CASE event_id WHEN 'evt_3' THEN 'done' ELSE 'quarantined' END;
SELECT enter(tenant_a());
INSERT INTO payments.payment_events (tenant_id, id, source, event_type, provider_id, result,
                                     occurred_at, applied_at)
SELECT tenant_a(), w.event_id, 'platform', 'charge.updated', 'ch_1', w.state, clock(), clock()
  FROM payments.webhook_inbox AS w;
SET LOCAL ROLE payments_definer;
SELECT is(payments.inbox_replay(tenant_a(), 'evt_1', NULL, ARRAY['quarantined']), 1::bigint,
          'one event is replayed by its id');
SELECT is_empty($$ SELECT * FROM payments.payment_events WHERE id = 'evt_1' $$,
                'how it ended is forgotten: it can be applied');
SELECT is(
    payments.inbox_replay(tenant_a(), NULL, tstzrange('-infinity', clock()),
                          ARRAY['quarantined', 'done']), 2::bigint,
    'a period is replayed with all it holds');
SELECT results_eq('SELECT id FROM payments.payment_events', ARRAY['evt_3'],
                  'what was applied stays remembered: it cannot apply twice');
SELECT is(
    payments.inbox_replay(tenant_a(), NULL, tstzrange('-infinity', clock()), ARRAY['quarantined']),
    0::bigint, 'nothing is replayed twice');

SELECT * FROM finish();
ROLLBACK;
