BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT keep('one', '11111111-1111-4111-8111-111111111111'::text),
       keep('two', '22222222-2222-4222-8222-222222222222'::text),
       keep('old', '33333333-3333-4333-8333-333333333333'::text);
SELECT ops.split_rule_set(tenant_a(), 'tenant', '',
                          '[{"recipientType": "artist", "recipientId": "a1", "basisPoints": 100}]');
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT payments.payments_record(tenant_a(), ARRAY[the('one'), the('two')], '{s1,s2}', ARRAY[
    payment_request('{"orderId": "o1"}'),
    payment_request('{"orderId": "o2", "captureMethod": "manual"}') - 'splits']::jsonb[], clock());
SELECT results_eq(
    $$ SELECT id, order_id, created_by, capture_method, status, split_rule_id IS NOT NULL
         FROM payments.payment_transactions ORDER BY order_id $$,
    $$ VALUES (the('one'), 'o1', 's1', 'automatic', 'created', false),
              (the('two'), 'o2', 's2', 'manual', 'created', true) $$,
    'each payment is written as its own request asked for, with its own rule');
SELECT results_eq($$ SELECT id FROM payments.payment_intents ORDER BY id $$,
                  $$ VALUES (the('one')), (the('two')) $$, 'each has its intent');
SELECT results_eq(
    $$ SELECT payment_id, string_agg(recipient_id, ',' ORDER BY position)
         FROM payments.payment_splits GROUP BY payment_id ORDER BY payment_id $$,
    $$ VALUES (the('one'), 'v1,a1,platform'), (the('two'), 'a1,platform') $$,
    'its own shares, or the rule''s');
SELECT payments.payments_record(tenant_a(), ARRAY[the('old')], '{s}',
                                ARRAY[payment_request() - 'splits'], '2025-05-05 00:00+00');
SELECT results_eq(
    $$ SELECT p.created_at, i.created_at, count(*)
         FROM payments.payment_transactions AS p JOIN payments.payment_intents AS i ON i.id = p.id
         JOIN payments.payment_splits AS s ON s.payment_id = p.id
        WHERE p.id = the('old') GROUP BY p.created_at, i.created_at $$,
    $$ VALUES ('2025-05-05 00:00+00'::timestamptz, '2025-05-05 00:00+00'::timestamptz,
               1::bigint) $$,
    'all is written at one time; before the rule''s time only the platform has a share');
SELECT remember();
SELECT throws_ok(
    $$ SELECT payments.payments_record(tenant_a(), ARRAY[tenant_a()], '{s}',
                                       ARRAY[payment_request('{"amount": 100}')], clock()) $$,
    'PY023', NULL, 'shares above the amount are refused');
SELECT throws_ok(
    $$ SELECT payments.payments_record(tenant_a(), ARRAY[the('one')], '{s}',
                                       ARRAY[payment_request()], clock()) $$,
    '23505', NULL, 'the same payment is not written twice');
SELECT throws_ok(
    $$ SELECT payments.payments_record(tenant_a(), ARRAY[tenant_a(), tenant_b()], '{s,s}',
                                       ARRAY[payment_request(),
        payment_request(
            '{"splits": [{"recipientType": "venue", "recipientId": "nobody", "amount": '
            '1}]}')]::jsonb[], clock()) $$, 'PY024', NULL,
    'one recipient without an account refuses them all');
SELECT throws_ok(
    $$ SELECT payments.payments_record(tenant_b(), ARRAY[tenant_a()], '{s}',
                                       ARRAY[payment_request()]::jsonb[], clock()) $$, 'PY002',
    NULL, 'a tenant that is not entered is refused');
SELECT unchanged('what is refused writes nothing');

SELECT * FROM finish();
ROLLBACK;
