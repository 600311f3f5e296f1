BEGIN;
SELECT plan(7);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT paid_transfer(pay('k1'), 'v1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT open_account(tenant_b(), 'venue', 'v1'), open_account(tenant_b(), 'artist', 'a1');
SELECT settled_payment(tenant_b(), 'k1');
SELECT paid_transfer(payment_of(tenant_b(), 'k1'), 'v1');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
CREATE FUNCTION pg_temp.moved(p_object jsonb)
    RETURNS TABLE (state text, reason text, payment_id uuid, enqueued integer) LANGUAGE sql
AS $$ SELECT * FROM payments.stripe_event_apply_transfer(
          tenant_a(), jsonb_build_object('data', jsonb_build_object('object', p_object))) $$;
SELECT remember();
SELECT results_eq($$ SELECT * FROM pg_temp.moved(transfer_object(the('call'))) $$,
                  $$ VALUES ('done', NULL, pay('k1'), 0) $$, 'an event about our transfer is done');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.moved(transfer_object(the('call'), '{"amount": 1}')) $$,
    $$ VALUES ('quarantined', 'amount, currency or destination is not ours', pay('k1'), 0) $$,
    'another amount is quarantined');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.moved(transfer_object(the('call'), '{"currency": "eur"}')) $$,
    $$ VALUES ('quarantined', 'amount, currency or destination is not ours', pay('k1'), 0) $$,
    'another currency is quarantined');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.moved(transfer_object(the('call')) - 'destination') $$,
    $$ VALUES ('quarantined', 'amount, currency or destination is not ours', pay('k1'), 0) $$,
    'no destination is quarantined');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.moved(transfer_object(the('call'), '{"id": "tr_unknown"}')) $$,
    $$ VALUES ('waiting', 'transfer not known yet', NULL::uuid, 0) $$,
    'an event about an unknown transfer waits');
SELECT results_eq(
    $$ SELECT * FROM pg_temp.moved(transfer_object(call_of(payment_of(tenant_b(), 'k1'), 'v1'))) $$,
    $$ VALUES ('waiting', 'transfer not known yet', NULL::uuid, 0) $$,
    'another tenant''s transfer is unknown');
SELECT unchanged('none of these changes anything: the money was posted when the operation ended');

SELECT * FROM finish();
ROLLBACK;
