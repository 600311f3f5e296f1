BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT settled_payment(tenant_a(), 'k1');
SELECT paid_transfer(pay('k1'), 'v1'), send(call_of(pay('k1'), 'a1'));
SELECT keep('r', refund(pay('k1'), 'r', 1000));
SELECT reverse(pay('k1'), 'v1', 'balance_insufficient');
SET LOCAL ROLE payments_definer;
SELECT is(payments.refund_json(tenant_a(), the('r')) - 'createdAt' - 'updatedAt',
          jsonb_build_object('id', the('r'), 'paymentId', pay('k1'), 'amount', 1000, 'currency',
                             'usd', 'status', 'succeeded',
    'reason', 'requested_by_customer', 'note', NULL, 'metadata', '{}'::jsonb, 'stripeRefundId',
    're_' || the('r'), 'failureReason', NULL, 'origin', 'api', 'reversals', jsonb_build_array(
        jsonb_build_object('recipientType', 'artist', 'recipientId', 'a1', 'transferId',
                           transfer_of(pay('k1'), 'a1'), 'amount', 250, 'status', 'pending',
                           'shortfall', 0),
        jsonb_build_object('recipientType', 'venue', 'recipientId', 'v1', 'transferId',
                           transfer_of(pay('k1'), 'v1'), 'amount', 600, 'status', 'failed',
                           'shortfall', 600))),
          'a refund''s document with its reversals; one that waits is pending to the outside');
SELECT is(payments.refund_json(tenant_a(), gen_random_uuid()), NULL, 'of no refund there is none');
SELECT is(payments.payment_json(tenant_a(), pay('k1'), false) -> 'refunds',
          jsonb_build_array(payments.refund_json(tenant_a(), the('r'))),
          'the payment''s document carries it');
SELECT enter(tenant_b());
SELECT is(payments.refund_json(tenant_a(), the('r')), NULL, 'another tenant sees none');

SELECT * FROM finish();
ROLLBACK;
