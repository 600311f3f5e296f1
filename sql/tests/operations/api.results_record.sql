BEGIN;
SELECT plan(8);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('one', call_of(pay('k1'), 'v1')), keep('two', call_of(pay('k1'), 'a1'));
SELECT send(the('one')), send(the('two'));
SELECT enter(NULL);
SELECT remember();
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT * FROM api.results_record(NULL, '[]') $$, 'PY001', NULL,
                 'results without a tenant are refused');
SELECT throws_ok($$ SELECT * FROM api.results_record(tenant_a(), jsonb_build_array(
        jsonb_build_object('operationId', the('one'), 'leaseEpoch', 1, 'result',
                           jsonb_build_object('outcome', 'succeeded', 'object',
                                              transfer_object(the('one')))),
        jsonb_build_object('operationId', tenant_b(), 'leaseEpoch', 1, 'result',
                           '{"outcome": "unknown"}'::jsonb))) $$, 'PY010', NULL,
    'an unknown operation refuses the whole batch');
SELECT throws_ok(
    $$ SELECT * FROM api.results_record(tenant_b(),
                                        jsonb_build_array(
                                            jsonb_build_object('operationId', the('one'),
                                                'leaseEpoch', 1, 'result',
                                                '{"outcome": "unknown"}'::jsonb))) $$,
    'PY010', NULL, 'another tenant''s operation does not exist');
RESET ROLE;
SELECT unchanged('refused batches change nothing: all or none');
SET LOCAL ROLE payments_worker;
SELECT set_eq(
    $$ SELECT operation_id, applied, enqueued
         FROM api.results_record(tenant_a(), jsonb_build_array(
        jsonb_build_object('operationId', the('one'), 'leaseEpoch', 1, 'result',
                           jsonb_build_object('outcome', 'succeeded', 'object',
                                              transfer_object(the('one')))),
        jsonb_build_object('operationId', the('two'), 'leaseEpoch', 7, 'result',
                           '{"outcome": "unknown"}'::jsonb))) $$,
    $$ VALUES (the('one'), true, 0), (the('two'), false, 0) $$,
    'each result of a batch is applied under its own lease');
SELECT throws_ok($$ SELECT * FROM api.results_record(tenant_b(), '[]') $$, 'PY002', NULL,
                 'a second tenant in one transaction is refused');
SELECT is_empty($$ SELECT * FROM api.results_record(tenant_a(), '[]') $$, 'an empty batch is fine');
RESET ROLE;
SELECT is(ARRAY[(operation_row(the('one'))).state, (operation_row(the('two'))).state],
          '{succeeded,leased}', 'the one is done, the stale one untouched');

SELECT * FROM finish();
ROLLBACK;
