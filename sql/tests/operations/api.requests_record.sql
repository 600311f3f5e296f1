BEGIN;
SELECT plan(10);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT asked_payment(tenant_a(), 'k1'), asked_payment(tenant_a(), 'k2'),
       asked_payment(tenant_a(), 'k3');
SELECT keep(k, operation_of(pay(k), 'intent')) FROM unnest(ARRAY['k1', 'k2', 'k3']) AS k;
CREATE FUNCTION pg_temp.result(p_operation_id uuid, p_epoch bigint, p_result jsonb) RETURNS jsonb
    LANGUAGE sql
AS $$ SELECT jsonb_build_object('operationId', p_operation_id, 'leaseEpoch', p_epoch, 'result',
                                p_result) $$;
CREATE FUNCTION pg_temp.success(p_key text) RETURNS jsonb LANGUAGE sql
AS $$ SELECT jsonb_build_object('outcome', 'succeeded', 'object',
                                tap_helpers.intent_object(tap_helpers.pay(p_key),
                                                          'requires_payment_method')) $$;
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM api.requests_record(NULL, '[]') $$, 'PY001', NULL,
                 'results without a tenant are refused');
SELECT throws_ok($$ SELECT * FROM api.requests_record(tenant_a(), jsonb_build_array(
        pg_temp.result(the('k1'), 1, pg_temp.success('k1')),
    pg_temp.result(tenant_b(), 1, '{"outcome": "unknown"}'))) $$,
    'PY010', NULL, 'an unknown operation refuses the whole batch');
SELECT throws_ok(
    $$ SELECT * FROM api.requests_record(tenant_b(),
                                         jsonb_build_array(
                                             pg_temp.result(the('k1'), 1,
                                                            '{"outcome": "unknown"}'))) $$,
    'PY010', NULL, 'another tenant''s operation does not exist');
RESET ROLE;
SELECT unchanged('refused batches change nothing: all or none');
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT ordinal, status, body ->> 'id', problem, detail
         FROM api.requests_record(tenant_a(), jsonb_build_array(
        pg_temp.result(the('k3'), 1, '{"outcome": "unknown", "code": "timeout"}'),
        pg_temp.result(the('k1'), 1, pg_temp.success('k1')),
        pg_temp.result(the('k2'), 1,
                       '{"outcome": "failed", "type": "card_error", "code": "card_declined", '
                       '"message": "No."}'))) ORDER BY ordinal $$,
    $$ VALUES (1::bigint, 202, pay('k3')::text, NULL::text, NULL::text),
              (2, 201, pay('k1')::text, NULL, NULL), (3, NULL, NULL, 'card_declined', 'No.') $$,
    'each request gets its own answer, told apart by its place: not known, made, refused');
SELECT results_eq(
    $$ SELECT status, body ->> 'id', body ->> 'clientSecret', replayed
         FROM answer_request(tenant_a(), the('k1'), 9, '{"outcome": "unknown"}') $$,
    $$ VALUES (201, pay('k1')::text, 'pi_' || pay('k1') || '_secret', false) $$,
    'a late answer gets what is stored');
SELECT throws_ok($$ SELECT * FROM api.requests_record(tenant_b(), '[]') $$, 'PY002', NULL,
                 'a second tenant in one transaction is refused');
SELECT is_empty($$ SELECT * FROM api.requests_record(tenant_a(), '[]') $$,
                'an empty batch is fine');
RESET ROLE;
SELECT is(
    ARRAY[(operation_row(the('k1'))).state, (operation_row(the('k2'))).state,
          (operation_row(the('k3'))).state], '{succeeded,failed,unknown}',
    'and each operation its own end');
SELECT * FROM api.connected_account_create(
    tenant_a(), 'fixtures', 'new', '\x00',
    '{"recipientType": "seller", "recipientId": "s1", "email": "s@x.com", "country": "US"}', 20);
SET LOCAL ROLE payments_api;
SELECT results_eq(
    $$ SELECT status, body, operation ->> 'kind', operation ->> 'fenced', replayed
         FROM answer_request(tenant_a(), operation_of(account_of(tenant_a(), 's1'), 'account'), 1,
                             jsonb_build_object('outcome', 'succeeded', 'object',
                                 account_object(tenant_a(), 's1', false))) $$,
    $$ VALUES (NULL::integer, NULL::jsonb, 'account_link', 'true', false) $$,
    'an account that opened is answered with the call to carry next');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
