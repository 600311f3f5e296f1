BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), dispute(pay('k1'), 'd', 'lost', 12000);
SET LOCAL ROLE payments_definer;
SELECT is(payments.dispute_json(tenant_a(), dispute_of(pay('k1'), 'd')) - 'createdAt' - 'updatedAt',
          jsonb_build_object(
    'id', dispute_of(pay('k1'), 'd'), 'paymentId', pay('k1'), 'stripeDisputeId', 'dp_d_'
              || pay('k1'), 'amount', 12000, 'currency', 'usd', 'status', 'lost',
    'reason', 'fraudulent', 'evidenceDueBy', '2100-01-01T00:00:00.000000Z', 'submissionCount', 0,
    'allocatedAmount', 10000), 'a dispute''s document');
SELECT is(payments.dispute_json(tenant_a(), gen_random_uuid()), NULL,
          'of no dispute there is none');
SELECT is(payments.payment_json(tenant_a(), pay('k1'), false) -> 'disputes',
          jsonb_build_array(payments.dispute_json(tenant_a(), dispute_of(pay('k1'), 'd'))),
          'the payment''s document carries it');
SELECT enter(tenant_b());
SELECT is(payments.dispute_json(tenant_a(), dispute_of(pay('k1'), 'd')), NULL,
          'another tenant sees none');

SELECT * FROM finish();
ROLLBACK;
