BEGIN;
SELECT plan(9);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT authorised_payment(tenant_a(), 'k2');
SELECT * FROM api.payment_capture(tenant_a(), 'fixtures', 'capture', '\x00', pay('k2'), '{}', 20,
                                  NULL);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.operation_body(operation_row(operation_of(pay('k1'), 'intent'))),
          payments.payment_json(tenant_a(), pay('k1'), true),
    'an intent is answered with its payment');
SELECT is(
    payments.operation_body(operation_row(operation_of(pay('k1'), 'intent'))) ->> 'clientSecret',
    'pi_' || pay('k1') || '_secret',
    'the creator of an intent gets its client secret');
SELECT is(payments.operation_body(operation_row(operation_of(pay('k2'), 'capture'))),
          payments.payment_json(tenant_a(), pay('k2'), false),
    'a capture is answered with its payment');
SELECT is(
    payments.operation_body(operation_row(operation_of(pay('k2'), 'capture'))) ? 'clientSecret',
    false,
    'a capture tells no client secret');
SELECT is(
    payments.operation_body(operation_row(operation_of(account_of(tenant_a(), 'v1'), 'account'))),
    payments.connected_account_json(tenant_a(), account_of(tenant_a(), 'v1')),
    'an account call is answered with the account');
SELECT is(
    payments.operation_body(
        operation_row(operation_of(account_of(tenant_a(), 'v1'), 'account_link'))),
    payments.connected_account_json(tenant_a(), account_of(tenant_a(), 'v1')),
    'a link call is answered with the account');
SELECT is(payments.operation_body(operation_row(call_of(pay('k1'), 'v1'))), NULL,
          'a transfer call answers no request');
RESET ROLE;
SELECT keep('r', refund(pay('k1'), 'r', 10)), dispute(pay('k1'), 'd', 'needs_response');
SELECT count(*) FROM api.dispute_evidence_submit(tenant_a(), 'fixtures', 'e', '\x00',
                                                 dispute_of(pay('k1'), 'd'),
                                                 '{"evidence": {"a": "b"}}', 20);
SET LOCAL ROLE payments_definer;
SELECT is(payments.operation_body(operation_row(operation_of(the('r'), 'refund'))),
          payments.refund_json(tenant_a(), the('r')), 'a refund is answered with itself');
SELECT is(
    payments.operation_body(operation_row(operation_of(dispute_of(pay('k1'), 'd'), 'evidence'))),
    payments.dispute_json(tenant_a(), dispute_of(pay('k1'), 'd')), 'evidence with its dispute');

SELECT * FROM finish();
ROLLBACK;
