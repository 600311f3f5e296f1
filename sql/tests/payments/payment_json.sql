BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(11);
UPDATE payments.deployment SET environment = 'test', clock_offset = '0';
SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT set_config('tap.payment',
                  created_payment(tenant_a(), 'k',
                                  '{"customerId": "c1", "eventId": "e1", "venueId": "v1", '
                                  '"description": "d",
    "metadata": {"a": "b"}, "receiptEmail": "fan@example.com"}')::text, true);
UPDATE payments.payment_transactions
   SET created_at = '2026-01-02 03:04:05.678+00', updated_at = '2026-01-02 03:04:06+00';
SET LOCAL ROLE payments_definer;

SELECT is(payments.payment_json(tenant_a(), current_setting('tap.payment')::uuid, false),
          jsonb_build_object(
    'id', current_setting('tap.payment'), 'status', 'requires_payment_method', 'amount', 10000,
              'amountCaptured', 0, 'amountRefunded', 0,
    'amountRefundPending', 0, 'amountDisputed', 0, 'currency', 'usd', 'orderId', 'order-1',
    'customerId', 'c1', 'eventId', 'e1', 'venueId', 'v1',
    'captureMethod', 'automatic', 'description', 'd', 'metadata', '{"a": "b"}'::jsonb,
    'stripePaymentIntentId', 'pi_' || current_setting('tap.payment'),
    'failure', NULL, 'risk', '{"decision": "allow", "score": 0, "reasons": []}'::jsonb, 'splits',
    payments.splits_json(tenant_a(), current_setting('tap.payment')::uuid), 'transfers',
    '[]'::jsonb,
    'refunds', '[]'::jsonb, 'escrows', '[]'::jsonb, 'disputes', '[]'::jsonb, 'createdAt',
    '2026-01-02T03:04:05.678000Z',
    'updatedAt', '2026-01-02T03:04:06.000000Z'),
          'a payment''s document has every field of the contract, and no other');
SELECT is(
    payments.payment_json(tenant_a(), current_setting('tap.payment')::uuid, true) - 'clientSecret',
    payments.payment_json(tenant_a(), current_setting('tap.payment')::uuid, false),
    'its creator sees the same');
SELECT is(
    payments.payment_json(tenant_a(), current_setting('tap.payment')::uuid,
                          true) ->> 'clientSecret', 'pi_' || current_setting('tap.payment')
    || '_secret',
    'and the client secret');
SELECT is(payments.payment_json(tenant_a(), gen_random_uuid(), true), NULL,
          'an unknown payment has no document');

RESET ROLE;
SELECT apply(tenant_a(), 'evt1',
             event('payment_intent.succeeded',
                   intent_object(current_setting('tap.payment')::uuid, 'succeeded')));
SET LOCAL ROLE payments_definer;
SELECT results_eq(
    $$ SELECT d -> 'amountCaptured', d ->> 'status'
         FROM payments.payment_json(tenant_a(), current_setting('tap.payment')::uuid,
                                    false) AS d $$,
    $$ VALUES ('10000'::jsonb, 'succeeded') $$, 'after settlement it shows what was captured');
SELECT is(
    jsonb_array_length(payments.payment_json(tenant_a(), current_setting('tap.payment')::uuid,
                                             false) -> 'transfers'), 2,
    'and the transfers to its payees');
RESET ROLE;
SELECT set_config('tap.failed', asked_payment(tenant_a(), 'k2')::text, true);
SELECT finish(operation_of(current_setting('tap.failed')::uuid, 'intent'),
              '{"outcome": "failed", "httpStatus": 400, "code": "amount_too_small", "message": '
              '"too small"}');
SET LOCAL ROLE payments_definer;
SELECT is(
    payments.payment_json(tenant_a(), current_setting('tap.failed')::uuid, false) -> 'failure',
    '{"code": "amount_too_small", "message": "too small"}',
    'a failed payment says why');
SELECT is(
    payments.payment_json(tenant_a(), current_setting('tap.failed')::uuid,
                          false) ->> 'stripePaymentIntentId', NULL,
    'what Stripe never made has no Stripe id');
SELECT is(
    payments.payment_json(tenant_a(), current_setting('tap.failed')::uuid, true) -> 'clientSecret',
    'null', 'and no secret');
SELECT enter(tenant_b());
SELECT is(payments.payment_json(tenant_a(), current_setting('tap.payment')::uuid, true), NULL,
          'from another tenant there is no document');
SELECT is(payments.payment_json(tenant_b(), current_setting('tap.payment')::uuid, true), NULL,
          'nor under another tenant''s name');

SELECT * FROM finish();
ROLLBACK;
