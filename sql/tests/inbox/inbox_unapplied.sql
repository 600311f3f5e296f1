BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT receive('evt_' || n, 'x', '[]') FROM generate_series(1, 4) AS n;
UPDATE payments.webhook_inbox SET tenant_id = CASE event_id WHEN 'evt_4' THEN tenant_b()
    ELSE tenant_a() END,
    state = CASE event_id WHEN 'evt_1' THEN 'received' WHEN 'evt_2' THEN 'waiting' ELSE 'dead' END,
    finished_at = CASE WHEN event_id > 'evt_2' THEN clock() END;
INSERT INTO payments.webhook_inbox (source, event_id, event_type, object_ids, payload, tenant_id,
                                    state, next_run_at, received_at, finished_at)
SELECT 'platform', 'evt_done_' || n, 'x', '[]', '', tenant_a(), 'done', clock(), clock(), clock()
  FROM generate_series(1, 5000) AS n;
ANALYZE payments.webhook_inbox;
SELECT enter(tenant_a());
SET LOCAL ROLE payments_definer;
SELECT set_eq('SELECT event_id, state FROM payments.inbox_unapplied(tenant_a())',
              $$ VALUES ('evt_2', 'waiting'), ('evt_3', 'dead') $$,
    'the events of a tenant that are not applied are shown, and no others');
RESET ROLE;
SELECT cmp_ok(pg_stat_get_xact_numscans('payments.webhook_inbox_unapplied'::regclass), '>',
              0::bigint, 'by the index of what was not applied');
SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.inbox_unapplied(tenant_a())',
                'none of a tenant that is not entered');
RESET ROLE;
SET LOCAL ROLE payments_worker;
SELECT throws_ok('SELECT * FROM payments.inbox_unapplied(tenant_a())', '42501', NULL,
                 'the service does not ask for them');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
