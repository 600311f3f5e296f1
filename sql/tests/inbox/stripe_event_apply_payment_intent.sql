BEGIN;
SELECT plan(15);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.told(p_type text, p_object jsonb, p_more jsonb DEFAULT '{}') RETURNS text
    LANGUAGE sql
AS $$ SELECT concat_ws('|', d.state, d.reason, d.payment_id, d.enqueued)
        FROM payments.stripe_event_apply_payment_intent(tenant_a(),
                                                        convert_from(event('payment_intent.'
                                                            || p_type, p_object, p_more),
                                                            'UTF8')::jsonb, clock()) AS d $$;
SELECT remember();
SELECT is(pg_temp.told('succeeded', '{"id": "pi_unknown"}'),
          'waiting|payment intent not known yet|0', 'an unknown intent waits');
SELECT is(pg_temp.told('succeeded', intent_object(pay('k1'), 'succeeded', '{"amount": 10001}')),
          'quarantined|amount 10001, ours is 10000|' || pay('k1') || '|0',
          'another amount is quarantined');
SELECT is(pg_temp.told('succeeded', intent_object(pay('k1'), 'succeeded', '{"currency": "eur"}')),
          'quarantined|currency eur, ours is usd|' || pay('k1') || '|0',
          'another currency is quarantined');
SELECT is(pg_temp.told('succeeded', intent_object(pay('k1'), 'succeeded'), '{"livemode": true}'),
          'quarantined|livemode true, ours is false|' || pay('k1') || '|0',
          'the other mode is quarantined');
SELECT unchanged('neither waiting nor quarantine changes anything');
SELECT is(pg_temp.told('processing', intent_object(pay('k1'), 'processing')), 'done|' || pay('k1')
          || '|1', 'an event of the cycle has the intent read');
SELECT is(
    (SELECT (o.request ->> 'resource', o.request ->> 'target')::text
       FROM payments.stripe_operations AS o WHERE o.kind = 'fetch'),
    format('(payment_intents,pi_%s)', pay('k1')), 'the read is an operation of its own');
SELECT is((SELECT status FROM payments.payment_transactions WHERE id = pay('k1')), 'processing',
          'meanwhile the payment moves forward');
SELECT is(
    pg_temp.told('requires_action', intent_object(pay('k1'), 'requires_action'), '{"id": "evt_2"}'),
    'done|' || pay('k1') || '|0', 'an older event is served by the same read');
SELECT is((SELECT status FROM payments.payment_transactions WHERE id = pay('k1')), 'processing',
          'but does not move the payment back');
SELECT is(pg_temp.told('succeeded', intent_object(pay('k1'), 'succeeded')), 'done|' || pay('k1')
          || '|2', 'success settles: two transfers are due, nothing is read');
SELECT is(
    pg_temp.told('payment_failed', intent_object(pay('k1'), 'requires_payment_method'),
                 '{"id": "evt_3"}'), 'done|' || pay('k1') || '|0', 'so is a late failure');
SELECT is(
    (SELECT (status, failure_code)::text FROM payments.payment_transactions WHERE id = pay('k1')),
    '(succeeded,)', 'and changes nothing of a payment that succeeded');
SELECT remember();
SELECT throws_ok(
    $$ SELECT pg_temp.told('succeeded',
                           intent_object(pay('k2'), 'succeeded', '{"latest_charge": null}')) $$,
    'PY032', NULL, 'a success without a charge is refused');
SELECT unchanged('the refused event changes nothing');

SELECT * FROM finish();
ROLLBACK;
