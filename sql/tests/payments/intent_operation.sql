BEGIN;
SELECT plan(9);
SET LOCAL ROLE payments_definer;
CREATE FUNCTION pg_temp.operation(p_more jsonb, p_decision text DEFAULT NULL) RETURNS jsonb
LANGUAGE sql
AS $$ SELECT payments.intent_operation(tap_helpers.tenant_a(), jsonb_build_object(
          'objectId', '11111111-1111-4111-8111-111111111111',
          'operationId', '22222222-2222-4222-8222-222222222222',
          'keyId', '33333333-3333-4333-8333-333333333333', 'traceContext', 'trace-1',
          'request', tap_helpers.payment_request(p_more)), p_decision) $$;
CREATE FUNCTION pg_temp.request(p_more jsonb) RETURNS jsonb LANGUAGE sql
AS $$ SELECT pg_temp.operation(p_more) -> 'request' $$;

SELECT is(
    pg_temp.operation('{}') - 'request',
    '{"id": "22222222-2222-4222-8222-222222222222", "kind": "intent", "traceContext": "trace-1",
      "paymentId": "11111111-1111-4111-8111-111111111111",
      "subjectId": "11111111-1111-4111-8111-111111111111",
      "lockKey": "payment:11111111-1111-4111-8111-111111111111",
      "idempotencyId": "33333333-3333-4333-8333-333333333333"}',
    'the call is about its payment, answers its key, and is alone at Stripe');
SELECT is(pg_temp.operation('{}', 'review') #>> '{request,params,capture_method}', 'manual',
          'a payment in review is only authorised');
SELECT is(
    pg_temp.request(
        '{"description": "Tickets", "receiptEmail": "fan@example.com", "metadata": {"seat": '
        '"12"}}'),
    jsonb_build_object('target', NULL, 'params',
                       jsonb_build_object('amount', 10000, 'currency', 'usd', 'capture_method',
                                          'automatic_async',
        'automatic_payment_methods', '{"enabled": true}'::jsonb, 'transfer_group',
        'pay_11111111-1111-4111-8111-111111111111',
        'description', 'Tickets', 'receipt_email', 'fan@example.com', 'metadata',
        jsonb_build_object('seat', '12', 'order_id', 'order-1',
            'tenant_id', tenant_a(), 'payment_id', '11111111-1111-4111-8111-111111111111',
            'operation_id', '22222222-2222-4222-8222-222222222222'))),
    'the request tells Stripe just this');
SELECT is(
    pg_temp.request('{}') #> '{params}' ?| ARRAY['description', 'receipt_email', 'on_behalf_of',
                                                 'transfer_data', 'application_fee_amount'], false,
    'what was left out is not sent, and the money stays with the platform until it is transferred');
SELECT is(pg_temp.request('{"captureMethod": "manual"}') #>> '{params,capture_method}', 'manual',
          'a manual capture is asked for');
SELECT is(pg_temp.request('{"captureMethod": "automatic"}') #>> '{params,capture_method}',
          'automatic_async', 'an automatic capture is asked for as such');
SELECT is(
    pg_temp.request(
        '{"metadata": {"operation_id": "x", "tenant_id": "y", "payment_id": "z", "order_id": '
        '"o"}}') #> '{params,metadata}',
    pg_temp.request('{}') #> '{params,metadata}', 'the caller''s metadata cannot pose as ours');
SELECT is(pg_temp.request('{"splits": [], "customerId": "c", "device": {"ip": "x"}}'),
          pg_temp.request('{}'),
    'splits, customer and device are not Stripe''s business');
SELECT is(pg_temp.request('{}'), pg_temp.request('{}'),
          'the same request is the same bytes: it can be repeated under its key');

SELECT * FROM finish();
ROLLBACK;
