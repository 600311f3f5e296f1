BEGIN;
SELECT plan(15);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.told(p_type text, p_object jsonb, p_more jsonb DEFAULT '{}')
    RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer) LANGUAGE sql
AS $$ SELECT * FROM payments.stripe_event_apply_payment_intent(
          tenant_a(),
          convert_from(event('payment_intent.' || p_type, p_object, p_more), 'UTF8')::jsonb,
          clock()) $$;
SELECT remember();
SELECT results_eq($$ SELECT * FROM pg_temp.told('succeeded', '{"id": "pi_unknown"}') $$,
                  $$ VALUES ('waiting', 'payment not known yet', NULL::uuid, 0) $$,
                  'an unknown intent waits');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.told(
              'succeeded', intent_object(pay('k1'), 'succeeded', '{"amount": 10001}')) $$,
    $$ VALUES ('quarantined', 'amount 10001, ours is 10000', pay('k1'), 0) $$,
    'another amount is quarantined');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.told(
              'succeeded', intent_object(pay('k1'), 'succeeded', '{"currency": "eur"}')) $$,
    $$ VALUES ('quarantined', 'currency eur, ours is usd', pay('k1'), 0) $$,
    'another currency is quarantined');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.told(
              'succeeded', intent_object(pay('k1'), 'succeeded'), '{"livemode": true}') $$,
    $$ VALUES ('quarantined', 'livemode true, ours is false', pay('k1'), 0) $$,
    'the other mode is quarantined');
SELECT unchanged('neither waiting nor quarantine changes anything');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.told('processing', intent_object(pay('k1'), 'processing')) $$,
    $$ VALUES ('done', NULL, pay('k1'), 1) $$, 'an event of the cycle has the intent read');
SELECT results_eq(
    $$ SELECT o.request ->> 'resource', o.request ->> 'target'
         FROM payments.stripe_operations AS o WHERE o.kind = 'fetch' $$,
    $$ VALUES ('payment_intents', 'pi_' || pay('k1')) $$, 'the read is an operation of its own');
SELECT is((SELECT status FROM payments.payment_transactions WHERE id = pay('k1')), 'processing',
          'meanwhile the payment moves forward');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.told(
              'requires_action', intent_object(pay('k1'), 'requires_action'), '{"id": "evt_2"}') $$,
    $$ VALUES ('done', NULL, pay('k1'), 0) $$, 'an older event is served by the same read');
SELECT is((SELECT status FROM payments.payment_transactions WHERE id = pay('k1')), 'processing',
          'but does not move the payment back');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.told('succeeded', intent_object(pay('k1'), 'succeeded')) $$,
    $$ VALUES ('done', NULL, pay('k1'), 2) $$,
    'success settles: two transfers are due, nothing is read');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.told(
              'payment_failed', intent_object(pay('k1'), 'requires_payment_method'),
              '{"id": "evt_3"}') $$,
    $$ VALUES ('done', NULL, pay('k1'), 0) $$, 'so is a late failure');
SELECT results_eq(
    $$ SELECT status, failure_code FROM payments.payment_transactions WHERE id = pay('k1') $$,
    $$ VALUES ('succeeded', NULL) $$, 'and changes nothing of a payment that succeeded');
SELECT remember();
SELECT throws_ok(
    $$ SELECT pg_temp.told('succeeded',
                           intent_object(pay('k2'), 'succeeded', '{"latest_charge": null}')) $$,
    'PY032', NULL, 'a success without a charge is refused');
SELECT unchanged('the refused event changes nothing');

SELECT * FROM finish();
ROLLBACK;
