BEGIN;
SELECT plan(2);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.operation_document(operation_row(the('call')), NULL, false), jsonb_build_object(
    'id', the('call'), 'tenantId', tenant_a(), 'kind', 'transfer', 'leaseEpoch', 0, 'generation', 0,
    'idempotencyKey', the('call') || ':0', 'request', (operation_row(the('call'))).request,
    'evidence', NULL, 'fenced', false, 'traceContext', NULL),
    'a document carries the frozen request and what its lease and key are');
UPDATE payments.stripe_operations SET generation = 3, trace_context = '00-trace'
 WHERE tenant_id = tenant_a() AND id = the('call');
SELECT is(payments.operation_document(operation_row(the('call')), '{"resource": "transfers"}', true)
    - ARRAY['id', 'tenantId', 'kind', 'leaseEpoch', 'request'], jsonb_build_object(
    'generation', 3, 'idempotencyKey', the('call') || ':3', 'evidence',
        '{"resource": "transfers"}'::jsonb, 'fenced', true,
    'traceContext', '00-trace'),
    'a document names the key of its generation, its evidence, its fence and its trace');

SELECT * FROM finish();
ROLLBACK;
