BEGIN;
SELECT plan(18);

SELECT open_account(tenant_a(), 'venue', 'v1');
SELECT open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT asked_payment(tenant_a(), 'k2');
SELECT keep('call', call_of(pay('k1'), 'v1'));
SELECT send(the('call'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT remember();
SELECT is(
    payments.operation_failed_consequences(operation_row(the('call')), 'retry', '{"code": "x"}',
                                           clock()), 0,
    'a refusal to be retried has no consequence');
SELECT unchanged('a refusal to be retried changes nothing beyond its operation');
SELECT is(
    payments.operation_failed_consequences(operation_row(the('call')), 'hold',
                                           '{"code": "account_invalid"}', clock()), 1,
    'a held transfer has its payee''s account read');
SELECT is((SELECT status FROM payments.stripe_transfers WHERE id = transfer_of(pay('k1'), 'v1')),
          'blocked', 'a held transfer is blocked, visibly');
SELECT results_eq(
    $$ SELECT o.subject_id = account_of(tenant_a(), 'v1'), o.request ->> 'resource',
              o.request ->> 'target'
         FROM payments.stripe_operations AS o WHERE o.kind = 'fetch' $$,
    $$ VALUES (true, 'accounts', 'acct_v1_aaaaaaaa') $$, 'the account read is the payee''s');
SELECT is(
    payments.operation_failed_consequences(operation_row(call_of(pay('k1'), 'a1')), 'fail',
                                           '{"code": "x"}', clock()), 0,
    'a failed transfer makes nothing due');
SELECT is((SELECT status FROM payments.stripe_transfers WHERE id = transfer_of(pay('k1'), 'a1')),
          'failed', 'a failed transfer is a liability for a person');
SELECT is((SELECT sum(amount) FROM payments.ledger_postings WHERE cause_type = 'transfer'), NULL,
          'a refused transfer posts nothing');
-- An intent refused.
SELECT is(
    payments.operation_failed_consequences(operation_row(operation_of(pay('k2'), 'intent')), 'fail',
    '{"type": "invalid_request_error", "code": "amount_too_small", "message": "Too little."}',
    clock()), 0, 'a refused intent makes nothing due');
SELECT results_eq(
    $$ SELECT status, failure_code, failure_message
         FROM payments.payment_transactions WHERE id = pay('k2') $$,
    $$ VALUES ('failed', 'amount_too_small', 'Too little.') $$,
    'the payment of a refused intent failed, and says why');
SELECT results_eq(
    $$ SELECT problem, problem_detail, response_status
         FROM payments.idempotency_keys WHERE idempotency_key = 'k2' $$,
    $$ VALUES ('amount_invalid', 'Too little.', NULL::integer) $$,
    'the client of a refused intent gets its problem');
-- A capture refused leaves the payment.
RESET ROLE;
SELECT authorised_payment(tenant_a(), 'k3');
SELECT * FROM api.payment_capture(tenant_a(), 'fixtures', 'capture', '\x00', pay('k3'), '{}', 20,
                                  NULL);
SET LOCAL ROLE payments_definer;
SELECT payments.operation_failed_consequences(operation_row(operation_of(pay('k3'), 'capture')),
                                              'fail', '{"code": "charge_expired_for_capture"}',
                                              clock());
SELECT is((SELECT status FROM payments.payment_transactions WHERE id = pay('k3')),
          'requires_capture', 'a refused capture leaves the payment as it was');
SELECT is((SELECT problem FROM payments.idempotency_keys WHERE idempotency_key = 'capture'),
          'invalid_state', 'the client of a refused capture gets its problem');
-- An account refused.
RESET ROLE;
SELECT * FROM api.connected_account_create(tenant_a(), 'fixtures', 'new', '\x00',
    '{"recipientType": "seller", "recipientId": "s1", "email": "s@example.com", "country": "US"}',
    20, NULL);
SET LOCAL ROLE payments_definer;
SELECT payments.operation_failed_consequences(
    operation_row(operation_of(account_of(tenant_a(), 's1'), 'account')), 'fail',
    '{"code": "country_unsupported", "message": "Not there."}', clock());
SELECT results_eq(
    $$ SELECT status, disabled_reason FROM payments.connected_accounts WHERE recipient_id = 's1' $$,
    $$ VALUES ('failed', 'Not there.') $$, 'a refused account failed, and says why');
SELECT is((SELECT problem FROM payments.idempotency_keys WHERE idempotency_key = 'new'),
          'validation_failed', 'the client of a refused account gets its problem');
SELECT payments.operation_failed_consequences(
    operation_row(operation_of(account_of(tenant_a(), 'v1'), 'account')), 'fail', '{"code": "x"}',
    clock());
SELECT is((SELECT status FROM payments.connected_accounts WHERE recipient_id = 'v1'), 'open',
          'an account that is open is not failed by a late refusal');

-- An account that has left us.
SELECT payments.fetch_enqueue(tenant_a(), NULL, account_of(tenant_a(), 'a1'), 'accounts',
                              'acct_a1_aaaaaaaa', 'x');
SELECT is(
    payments.operation_failed_consequences(
        operation_row(operation_of(account_of(tenant_a(), 'a1'), 'fetch')), 'fail',
        '{"code": "account_invalid"}', clock()), 0,
    'an account that has left us makes nothing due');
SELECT results_eq(
    $$ SELECT status, transfers_enabled, payouts_enabled, disabled_reason
         FROM payments.connected_accounts WHERE recipient_id = 'a1' $$,
    $$ VALUES ('open', false, false, 'account_invalid') $$,
    'its payee cannot receive any more: what it earns from now on is blocked');

SELECT * FROM finish();
ROLLBACK;
