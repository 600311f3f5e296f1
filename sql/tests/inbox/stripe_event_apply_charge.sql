BEGIN;
SELECT plan(15);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT created_payment(tenant_a(), 'k1'), created_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.charged(p_object jsonb, p_more jsonb DEFAULT '{}')
    RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer) LANGUAGE sql
AS $$ SELECT * FROM payments.stripe_event_apply_charge(
          tenant_a(), convert_from(event('charge.updated', p_object, p_more), 'UTF8')::jsonb,
          clock()) $$;
SELECT remember();
SELECT results_eq(
    $$ SELECT *
         FROM pg_temp.charged(charge_object(pay('k1'), '{"payment_intent": "pi_unknown"}')) $$,
    $$ VALUES ('waiting', 'payment not known yet', NULL::uuid, 0) $$,
    'a charge of an unknown intent waits');
SELECT results_eq($$ SELECT * FROM pg_temp.charged(charge_object(pay('k1')) - 'payment_intent') $$,
                  $$ VALUES ('waiting', 'payment not known yet', NULL::uuid, 0) $$,
                  'a charge without an intent waits');
SELECT results_eq($$ SELECT * FROM pg_temp.charged(charge_object(pay('k1'), '{"amount": 9999}')) $$,
                  $$ VALUES ('quarantined', 'amount 9999, ours is 10000', pay('k1'), 0) $$,
                  'a charge of another amount is quarantined');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.charged(charge_object(pay('k1'), '{"currency": "eur"}')) $$,
    $$ VALUES ('quarantined', 'currency eur, ours is usd', pay('k1'), 0) $$,
    'a charge in another currency is quarantined');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.charged(charge_object(pay('k1')), '{"livemode": true}') $$,
    $$ VALUES ('quarantined', 'livemode true, ours is false', pay('k1'), 0) $$,
    'a charge of the other mode is quarantined');
SELECT unchanged('neither waiting nor quarantine changes anything');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.charged(
              charge_object(pay('k1'),
                            '{"captured": false, "balance_transaction": null,
                              "payment_method_details": {"card": {"capture_before":
                                                                  1796000000}}}')) $$,
    $$ VALUES ('done', NULL, pay('k1'), 0) $$, 'an authorised charge has no fee to read yet');
SELECT is((SELECT capture_before FROM payments.payment_intents WHERE id = pay('k1')),
          to_timestamp(1796000000), 'it says until when it may be captured');
SELECT results_eq(
    $$ SELECT object_type, object_id = pay('k1')
         FROM payments.provider_objects WHERE provider_id = 'ch_' || pay('k1') $$,
    $$ VALUES ('charge', true) $$, 'the charge is remembered as the payment''s');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.charged(
              charge_object(pay('k1'),
                            '{"payment_method_details": {"card": {"capture_before": 1}}}')) $$,
    $$ VALUES ('done', NULL, pay('k1'), 1) $$,
    'a captured charge with a balance transaction has that read');
SELECT is((SELECT capture_before FROM payments.payment_intents WHERE id = pay('k1')),
          to_timestamp(1796000000), 'a later event does not move the capture deadline');
SELECT results_eq(
    $$ SELECT o.state, o.lock_key, o.request ->> 'resource', o.request ->> 'target', o.payment_id
         FROM payments.stripe_operations AS o WHERE o.kind = 'fetch' $$,
    $$ VALUES ('ready', 'fetch:txn_' || pay('k1'), 'balance_transactions', 'txn_' || pay('k1'),
               pay('k1')) $$,
    'the read is an operation of its own');
SELECT pg_temp.charged(charge_object(pay('k1')), '{"id": "evt_other"}');
SELECT is((SELECT count(*) FROM payments.stripe_operations WHERE kind = 'fetch'), 1::bigint,
          'a balance transaction is read once, however many events name it');
SELECT remember();
SELECT throws_ok(
    format('SELECT pg_temp.charged(charge_object(%L, %L))', pay('k2'),
           jsonb_build_object('id', 'ch_' || pay('k1'))), 'PY033', NULL,
    'a charge that belongs to another payment is refused');
SELECT unchanged('the refused charge changes nothing');

SELECT * FROM finish();
ROLLBACK;
