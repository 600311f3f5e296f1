BEGIN;
SELECT plan(11);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT asked_payment(tenant_a(), 'k1');
SELECT keep('intent', operation_of(pay('k1'), 'intent'));
SET LOCAL ROLE payments_api;
SELECT is(
    (SELECT (status, body ->> 'status', body ->> 'clientSecret', operation, replayed, problem)::text
             FROM api.request_record(tenant_a(), the('intent'), 1,
                                     jsonb_build_object('outcome', 'succeeded', 'object',
                                                        intent_object(pay('k1'),
                                                            'requires_payment_method')))),
    '(201,requires_payment_method,pi_' || pay('k1') || '_secret,,f,)',
    'the request that carried an intent gets its payment with the client secret');
SELECT is(
    (SELECT (status, replayed)::text
       FROM api.request_record(tenant_a(), the('intent'), 1, '{"outcome": "unknown"}')), '(201,f)',
    'a late answer of the same request gets what is stored, and changes nothing');
RESET ROLE;
SELECT is((operation_row(the('intent'))).state, 'succeeded', 'the operation stays as it ended');
SELECT asked_payment(tenant_a(), 'k2');
SET LOCAL ROLE payments_api;
SELECT is(
    (SELECT (status, body ->> 'status', problem)::text
       FROM api.request_record(tenant_a(), operation_of(pay('k2'), 'intent'), 1,
                               '{"outcome": "unknown", "code": "timeout"}')),
    '(202,created,)', 'an outcome not known is answered 202 with the present state');
RESET ROLE;
SELECT asked_payment(tenant_a(), 'k3');
SET LOCAL ROLE payments_api;
SELECT is(
    (SELECT (status, problem, detail)::text
       FROM api.request_record(tenant_a(), operation_of(pay('k3'), 'intent'), 1,
    '{"outcome": "failed", "type": "card_error", "code": "card_declined", "message": "No."}')),
    '(,card_declined,No.)', 'a refusal is answered with its problem');
RESET ROLE;
SELECT * FROM api.connected_account_create(tenant_a(), 'fixtures', 'new', '\x00',
                                           '{"recipientType": "seller", "recipientId": "s1", '
                                           '"email": "s@example.com", "country": "US"}', 20, NULL);
SET LOCAL ROLE payments_api;
SELECT is(
    (SELECT (status, body, operation ->> 'kind', operation ->> 'fenced')::text
       FROM api.request_record(tenant_a(), operation_of(account_of(tenant_a(), 's1'), 'account'), 1,
    jsonb_build_object('outcome', 'succeeded', 'object', account_object(tenant_a(), 's1', false)))),
    '(,,account_link,true)',
    'an account that opened is answered with the call to carry next');
RESET ROLE;
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok(
    $$ SELECT * FROM api.request_record(tenant_a(), tenant_b(), 1, '{"outcome": "unknown"}') $$,
    'PY010', NULL, 'an unknown operation is refused');
SELECT throws_ok(
    $$ SELECT * FROM api.request_record(tenant_b(), the('intent'), 1, '{"outcome": "unknown"}') $$,
    'PY002', NULL, 'another tenant in the same transaction is refused');
SELECT enter(NULL);
SELECT throws_ok(
    $$ SELECT * FROM api.request_record(tenant_b(), the('intent'), 1, '{"outcome": "unknown"}') $$,
    'PY010', NULL, 'another tenant''s operation does not exist');
SELECT throws_ok(
    $$ SELECT * FROM api.request_record(NULL, the('intent'), 1, '{"outcome": "unknown"}') $$,
    'PY001', NULL, 'no tenant is refused');
RESET ROLE;
SELECT unchanged('refused results change nothing');

SELECT * FROM finish();
ROLLBACK;
