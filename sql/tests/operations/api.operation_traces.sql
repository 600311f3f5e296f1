BEGIN;
SELECT plan(6);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT open_account(tenant_b(), 'venue', 'v1'), open_account(tenant_b(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_b(), 'k1');
SELECT keep('intent', operation_of(pay('k1'), 'intent')), keep('call', call_of(pay('k1'), 'v1'));
SELECT keep('theirs', operation_of(payment_of(tenant_b(), 'k1'), 'intent'));
UPDATE payments.stripe_operations SET trace_context = '00-' || tenant_id WHERE kind = 'intent';
SELECT enter(NULL);
SET LOCAL ROLE payments_worker;
SELECT throws_ok($$ SELECT * FROM api.operation_traces(NULL, '{}') $$, 'PY001', NULL,
                 'traces without a tenant are refused');
SELECT results_eq(
    $$ SELECT * FROM api.operation_traces(tenant_a(),
                                          ARRAY[the('intent'), the('call'),
                                                gen_random_uuid()]) AS t
        ORDER BY t.operation_id = the('call') $$,
    $$ VALUES (the('intent'), '00-' || tenant_a()), (the('call'), '00-' || tenant_a()) $$,
    'a worker learns where operations come from; what is not there has no row');
SELECT is_empty($$ SELECT * FROM api.operation_traces(tenant_a(), ARRAY[the('theirs')]) $$,
                'another tenant''s operation is not there');
SELECT is_empty($$ SELECT * FROM api.operation_traces(tenant_a(), '{}') $$,
                'nothing asked, nothing answered');
SELECT throws_ok($$ SELECT * FROM api.operation_traces(tenant_b(), '{}') $$, 'PY002', NULL,
                 'a second tenant in one transaction is refused');
RESET ROLE;
SET LOCAL ROLE payments_api;
SELECT throws_ok($$ SELECT * FROM api.operation_traces(tenant_a(), '{}') $$, '42501', NULL,
                 'requests have no need of it');

SELECT * FROM finish();
ROLLBACK;
