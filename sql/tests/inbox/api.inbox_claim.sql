BEGIN;
SELECT plan(16);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT open_account(tenant_b(), 'venue', 'v1'), open_account(tenant_b(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_b(), 'k1');
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT is_empty($$ SELECT * FROM api.inbox_claim('w', 10, 10) $$,
                'an empty inbox has nothing to claim');
SELECT receive('evt_a', 'payment_intent.succeeded',
               jsonb_build_array('pi_' || pay('k1'), 'ch_unknown'), '\x0a');
SELECT receive('evt_b', 'payment_intent.succeeded',
               jsonb_build_array('pi_' || payment_of(tenant_b(), 'k1')), '\x0b');
SELECT set_eq(
    $$ SELECT source, event_id, lease_epoch, attempts, tenant_id, payload
         FROM api.inbox_claim('w', 10, 10) $$,
    $$ VALUES ('platform', 'evt_a', 1, 0, tenant_a(), '\x0a'::bytea),
              ('platform', 'evt_b', 1, 0, tenant_b(), '\x0b') $$,
    'a claim names each event''s tenant, found through our own rows');
SELECT is(current_setting('app.current_tenant_id', true), '', 'a claim enters no tenant');
SELECT is_empty($$ SELECT * FROM api.inbox_claim('w2', 10, 10) $$,
                'a claimed event is not claimed again under its lease');
RESET ROLE;
SELECT results_eq(
    $$ SELECT state, leased_by, lease_epoch, attempts, tenant_id = tenant_a()
         FROM payments.webhook_inbox WHERE event_id = 'evt_a' $$,
    $$ VALUES ('received', 'w', 1::bigint, 0, true) $$, 'a claim is no attempt');
SELECT advance('11 seconds');
SET LOCAL ROLE payments_worker;
SELECT is((SELECT array_agg(lease_epoch) FROM api.inbox_claim('w2', 10, 10)), '{2,2}',
          'a lease that ran out is claimed again at a higher epoch');
-- What there is nothing to do for.
SELECT receive('evt_two', 'charge.updated',
               jsonb_build_array('pi_' || pay('k1'), 'pi_' || payment_of(tenant_b(), 'k1')));
SELECT receive('evt_type', 'balance.available', jsonb_build_array('pi_' || pay('k1')));
SELECT receive('sha256:12', '', '[]');
SELECT receive('evt_unknown', 'charge.updated', '["ch_nobody"]');
SELECT receive('evt_none', 'charge.updated', '[]');
SELECT is((SELECT count(*) FROM api.inbox_claim('w', 10, 10) WHERE payload IS NULL), 5::bigint,
          'what there is nothing to do for is settled in the claim, without a body');
RESET ROLE;
SELECT results_eq(
    $$ SELECT event_id || ' ' || state FROM payments.webhook_inbox
        WHERE event_id NOT IN ('evt_a', 'evt_b') ORDER BY event_id $$,
    ARRAY['evt_none waiting', 'evt_two quarantined', 'evt_type ignored', 'evt_unknown waiting',
          'sha256:12 dead'],
    'two tenants quarantine an event, another type ignores it, an unknown object makes it wait, no '
    'event is dead');
SELECT is(
    (SELECT count(*) FROM payments.webhook_inbox WHERE reason IS NULL
        AND event_id NOT IN ('evt_a', 'evt_b')), 0::bigint, 'each of them says why');
SELECT is((SELECT count(*) FROM payments.webhook_inbox WHERE finished_at IS NOT NULL), 3::bigint,
          'those that are over have an end');
SELECT is(
    (SELECT bool_and(next_run_at BETWEEN clock() - '5 seconds'::interval AND clock() + '1 second')
       FROM payments.webhook_inbox WHERE state = 'waiting'), true,
    'a waiting event is looked at again soon');
SELECT advance('1 second');
SET LOCAL ROLE payments_worker;
SELECT is((SELECT array_agg(event_id ORDER BY event_id) FROM api.inbox_claim('w', 10, 10)),
          '{evt_none,evt_unknown}', 'waiting events are claimed again, those that are over never');
-- The object becomes known.
RESET ROLE;
SELECT enter(tenant_a());
INSERT INTO payments.provider_objects
VALUES ('ch_nobody', tenant_a(), 'charge', pay('k1'), clock());
SELECT enter(NULL);
SELECT advance('2 seconds');
SET LOCAL ROLE payments_worker;
SELECT results_eq(
    $$ SELECT tenant_id = tenant_a(), payload IS NOT NULL
         FROM api.inbox_claim('w', 10, 10) WHERE event_id = 'evt_unknown' $$,
    $$ VALUES (true, true) $$, 'a waiting event is handed out once its object is known');
RESET ROLE;
-- A day later.
SELECT advance('24 hours');
SET LOCAL ROLE payments_worker;
SELECT * FROM api.inbox_claim('w', 10, 10);
RESET ROLE;
SELECT results_eq(
    $$ SELECT state, reason, finished_at IS NOT NULL
         FROM payments.webhook_inbox WHERE event_id = 'evt_none' $$,
    $$ VALUES ('ignored', 'object not known after a day', true) $$,
    'an event whose object is unknown for a day is ignored');
-- The limit.
SELECT count(
    receive('evt_many_' || n, 'charge.updated', jsonb_build_array('pi_' || pay('k1'))))
        FROM generate_series(1, 5) AS n;
SET LOCAL ROLE payments_worker;
SELECT is((SELECT count(*) FROM api.inbox_claim('w', 2, 10)), 2::bigint,
          'a claim takes no more than its limit');
SELECT is((SELECT count(*) FROM api.inbox_claim('w', 10, 10)), 3::bigint,
          'the next claim takes the rest');

SELECT * FROM finish();
ROLLBACK;
