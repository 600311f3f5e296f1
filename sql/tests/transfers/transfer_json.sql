BEGIN;
SELECT plan(8);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1', false);
SELECT settled_payment(tenant_a(), 'k1');
SELECT keep('one', transfer_of(pay('k1'), 'v1')), keep('two', transfer_of(pay('k1'), 'a1'));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.transfer_json(tenant_a(), tenant_b()), NULL,
          'there is no document of an unknown transfer');
SELECT is(
    payments.transfer_json(tenant_a(), the('one')) - ARRAY['createdAt', 'updatedAt',
                                                           'nextAttemptAt'], jsonb_build_object(
    'id', the('one'), 'paymentId', pay('k1'), 'recipientType', 'venue', 'recipientId', 'v1',
                                                               'stripeAccountId',
                                                               'acct_v1_aaaaaaaa',
                                                               'stripeTransferId', NULL,
    'amount', 6000, 'amountReversed', 0, 'currency', 'usd', 'status', 'pending', 'purpose',
    'settlement', 'attempts', 0, 'lastError', NULL), 'a transfer''s document says all');
SELECT matches(payments.transfer_json(tenant_a(), the('one')) ->> 'createdAt',
               '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*Z$', 'its times are RFC 3339');
SELECT isnt(payments.transfer_json(tenant_a(), the('one')) ->> 'nextAttemptAt', NULL,
            'a pending one says when it is tried next');
SELECT is(payments.transfer_json(tenant_a(), the('two')) ->> 'nextAttemptAt', NULL,
          'a blocked one is not tried');
SELECT send(call_of(pay('k1'), 'v1'));
SELECT finish(call_of(pay('k1'), 'v1'),
              '{"outcome": "failed", "code": "resource_missing", "message": "No such charge"}');
SELECT is(payments.transfer_json(tenant_a(), the('one')) -> 'lastError',
          '{"code": "resource_missing", "message": "No such charge"}', 'a refused one says why');
SELECT is(payments.transfer_json(tenant_a(), the('one')) -> 'attempts', '1',
          'and how often it was tried');
SELECT paid_transfer(pay('k1'), 'v1');
SELECT results_eq(
    $$ SELECT d ->> 'status', d ->> 'stripeTransferId', d ->> 'nextAttemptAt', d ->> 'lastError',
              d ->> 'attempts'
         FROM payments.transfer_json(tenant_a(), the('one')) AS d $$,
    $$ VALUES ('paid', 'tr_' || the('one'), NULL::text, NULL::text, '2') $$,
    'a paid one names Stripe''s transfer, counts the attempt that paid it, and has neither error '
    'nor next attempt');

SELECT * FROM finish();
ROLLBACK;
