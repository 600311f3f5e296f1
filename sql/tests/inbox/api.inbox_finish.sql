BEGIN;
SELECT plan(15);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1');
SELECT enter(NULL);
SELECT count(receive('evt_' || n, 'charge.updated', jsonb_build_array('pi_' || pay('k1'))))
  FROM generate_series(1, 6) AS n;
SET LOCAL ROLE payments_worker;
SELECT count(*) FROM api.inbox_claim('w', 10, 10);
RESET ROLE;
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT is(
    api.inbox_finish(
        '[{"source": "platform", "eventId": "evt_1", "leaseEpoch": 0, "state": "done"},
          {"source": "connect", "eventId": "evt_1", "leaseEpoch": 1, "state": "done"},
          {"source": "platform", "eventId": "evt_0", "leaseEpoch": 1, "state": "done"}]'), 0,
    'stale leases and unknown events finish nothing');
SELECT throws_ok(
    $$ SELECT api.inbox_finish(
        '[{"source": "platform", "eventId": "evt_1", "leaseEpoch": 1, "state": "nonsense"}]') $$,
    '23514', NULL, 'an unknown state is refused');
SELECT is(api.inbox_finish('[]'), 0, 'no results are fine');
RESET ROLE;
SELECT unchanged('refused results change nothing');
SET LOCAL ROLE payments_worker;
SELECT is(
    (SELECT api.inbox_finish(jsonb_agg(jsonb_build_object(
                'source', 'platform', 'eventId', r.event_id, 'leaseEpoch', 1, 'state', r.state,
                'reason', r.reason)))
       FROM (VALUES ('evt_1', 'done', NULL), ('evt_2', 'ignored', 'not for us'),
                    ('evt_3', 'quarantined', 'amount'), ('evt_4', 'waiting', 'not yet'),
                    ('evt_5', 'error', 'XX000 boom')) AS r (event_id, state, reason)),
    5, 'the leases that held are counted');
RESET ROLE;
SELECT results_eq(
    $$ SELECT event_id, state, attempts, reason, leased_by, finished_at IS NOT NULL
         FROM payments.webhook_inbox ORDER BY event_id $$,
    $$ VALUES ('evt_1', 'done', 0, NULL, NULL, true),
              ('evt_2', 'ignored', 0, 'not for us', NULL, true),
              ('evt_3', 'quarantined', 0, 'amount', NULL, true),
              ('evt_4', 'waiting', 0, 'not yet', NULL, false),
              ('evt_5', 'received', 1, 'XX000 boom', NULL, false),
              ('evt_6', 'received', 0, NULL, 'w', false) $$,
    'each event ends as reported; only an error is an attempt, and comes back');
SET LOCAL ROLE payments_worker;
SELECT is(
    api.inbox_finish(
        '[{"source": "platform", "eventId": "evt_1", "leaseEpoch": 1, "state": "error"}]'), 0,
    'what is done stays done');
RESET ROLE;
SELECT is((SELECT state FROM payments.webhook_inbox WHERE event_id = 'evt_1'), 'done',
          'a late error does not reopen it');
-- Error after error.
CREATE FUNCTION pg_temp.fail_again() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM advance('2 hours');
    PERFORM FROM api.inbox_claim('w', 10, 10);
    PERFORM api.inbox_finish(
        (SELECT jsonb_agg(jsonb_build_object('source', w.source, 'eventId', w.event_id,
                                             'leaseEpoch', w.lease_epoch, 'state', 'error',
                                             'reason', 'boom'))
        FROM payments.webhook_inbox AS w WHERE w.event_id = 'evt_5'));
END $$;
SELECT pg_temp.fail_again() FROM generate_series(1, 8);
SELECT results_eq(
    $$ SELECT state, attempts, next_run_at <= clock() + '1 hour'
         FROM payments.webhook_inbox WHERE event_id = 'evt_5' $$,
    $$ VALUES ('received', 9, true) $$,
    'nine errors are counted across leases; the wait stays within an hour');
SELECT receive('evt_5', 'charge.updated', '[]');
SELECT is((SELECT attempts FROM payments.webhook_inbox WHERE event_id = 'evt_5'), 9,
          'a redelivery does not forget them');
SELECT pg_temp.fail_again();
SELECT results_eq(
    $$ SELECT state, attempts, reason, finished_at IS NOT NULL
         FROM payments.webhook_inbox WHERE event_id = 'evt_5' $$,
    $$ VALUES ('dead', 10, 'boom', true) $$, 'the tenth error is dead, visibly');
SELECT receive('evt_5', 'charge.updated', '[]');
SELECT is((SELECT state FROM payments.webhook_inbox WHERE event_id = 'evt_5'), 'dead',
          'a redelivery does not revive it');
-- Known tenant, object never heard of.
SELECT receive('evt_7', 'transfer.created', jsonb_build_array('tr_unknown', 'acct_v1_aaaaaaaa'));
SELECT count(*) FROM api.inbox_claim('w', 10, 10);
SELECT api.inbox_finish(
    '[{"source": "platform", "eventId": "evt_7", "leaseEpoch": 1, "state": "waiting", "reason": '
    '"transfer not known yet"}]');
SELECT results_eq(
    $$ SELECT state, finished_at FROM payments.webhook_inbox WHERE event_id = 'evt_7' $$,
    $$ VALUES ('waiting', NULL::timestamptz) $$,
    'an event whose tenant is known and whose object is not waits too');
SELECT advance('24 hours 1 minute');
SELECT count(*) FROM api.inbox_claim('w', 10, 10);
SELECT api.inbox_finish(
    '[{"source": "platform", "eventId": "evt_7", "leaseEpoch": 2, "state": "waiting", "reason": '
    '"transfer not known yet"}]');
SELECT results_eq(
    $$ SELECT state, reason, finished_at IS NOT NULL
         FROM payments.webhook_inbox WHERE event_id = 'evt_7' $$,
    $$ VALUES ('ignored', 'transfer not known yet', true) $$, 'after a day it is ignored');
-- What waits for a call of ours must not be forgotten: that call may take a day.
SELECT receive('evt_8', 'refund.created', jsonb_build_array('pi_' || pay('k1')));
SELECT count(*) FROM api.inbox_claim('w', 10, 10);
SELECT advance('30 hours');
SELECT api.inbox_finish(
    '[{"source": "platform", "eventId": "evt_8", "leaseEpoch": 1, "state": "postponed", "reason": '
    '"no room yet"}]');
SELECT results_eq(
    $$ SELECT state, finished_at FROM payments.webhook_inbox WHERE event_id = 'evt_8' $$,
    $$ VALUES ('waiting', NULL::timestamptz) $$, 'a postponed event waits as long as it takes');

SELECT * FROM finish();
ROLLBACK;
