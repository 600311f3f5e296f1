BEGIN;
SELECT plan(5);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1'), settled_payment(tenant_a(), 'k2');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT is(payments.operation_trace(operation_row(the('call'))), NULL,
          'a transfer of an untraced payment has no trace');
UPDATE payments.stripe_operations SET trace_context = '00-k1'
 WHERE id = operation_of(pay('k1'), 'intent');
UPDATE payments.stripe_operations SET trace_context = '00-k2'
 WHERE id = operation_of(pay('k2'), 'intent');
SELECT is(payments.operation_trace(operation_row(the('call'))), '00-k1',
          'a transfer goes back to the request that made its payment');
SELECT is(payments.operation_trace(operation_row(operation_of(pay('k2'), 'intent'))), '00-k2',
          'a payment goes back to its own request');
UPDATE payments.stripe_operations SET trace_context = '00-own' WHERE id = the('call');
SELECT is(payments.operation_trace(operation_row(the('call'))), '00-own',
          'a request of its own comes first');
UPDATE payments.stripe_operations SET trace_context = NULL, payment_id = NULL
 WHERE id = the('call');
SELECT is(payments.operation_trace(operation_row(the('call'))), NULL,
          'what serves no payment belongs to none');

SELECT * FROM finish();
ROLLBACK;
