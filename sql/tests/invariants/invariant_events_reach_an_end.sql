BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(5);
SELECT open_account(t, 'venue', 'v1'), open_account(t, 'artist', 'a1'),
       open_account(t, 'seller', 's1') FROM unnest(ARRAY[tenant_a(), tenant_b()]) AS t;
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('r', refund(pay('k1'), 'r1', 5000));
SELECT keep('t', transfer_of(pay('k1'), 'v1')), keep('call', call_of(pay('k1'), 'v1')),
       keep('open', transfer_of(pay('k2'), 'v1')), keep('ready', call_of(pay('k2'), 'v1'));
SELECT receive('evt_m17', 'payment_intent.succeeded', '[]'),
       apply(tenant_a(), 'evt_m17',
             event('payment_intent.succeeded', intent_object(pay('k1'), 'succeeded')));
UPDATE payments.webhook_inbox SET tenant_id = tenant_a(), state = 'done', finished_at = clock()
 WHERE event_id = 'evt_m17';
SELECT enter(tenant_a()), remember();
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_events_reach_an_end(tenant_a())',
                'a tenant that is right has no breach');
SELECT unchanged('looking changes no row');
RESET ROLE;
SAVEPOINT clean;

SELECT unchecked($$ DELETE FROM payments.payment_events WHERE id = 'evt_m17' $$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_events_reach_an_end(tenant_a())',
    $$ VALUES ('event', 'evt_m17',
               format('done since %s', (SELECT i.received_at
                                          FROM payments.inbox_states(tenant_a()) AS i
                                         WHERE i.event_id = 'evt_m17'))) $$,
    'an event that ended well and was never applied is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT unchecked($$
    UPDATE payments.webhook_inbox SET received_at = received_at - interval '73 hours',
           state = 'waiting', finished_at = NULL WHERE event_id = 'evt_m17'
$$);
SET LOCAL ROLE payments_definer;
SELECT set_eq(
    'SELECT object_type, object_id, detail FROM payments.invariant_events_reach_an_end(tenant_a())',
    $$ VALUES ('event', 'evt_m17',
               format('waiting since %s',
                      (SELECT i.received_at FROM payments.inbox_states(tenant_a()) AS i
                        WHERE i.event_id = 'evt_m17'))) $$,
    'an event that waits for days is a breach');
RESET ROLE;
ROLLBACK TO SAVEPOINT clean;

SELECT enter(tenant_b());
SET LOCAL ROLE payments_definer;
SELECT is_empty('SELECT * FROM payments.invariant_events_reach_an_end(tenant_b())',
                'another tenant that is right has no breach');

SELECT * FROM finish();
ROLLBACK;
