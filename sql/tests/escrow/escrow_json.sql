BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale('{"conditions": ["b", "a"]}'));
SELECT keep('e', escrow_of(pay('k1')));
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.escrow_json(tenant_a(), the('e')) - 'createdAt' - 'updatedAt',
          jsonb_build_object(
    'id', the('e'), 'paymentId', pay('k1'), 'recipientType', 'seller', 'recipientId', 's1',
              'amount', 8000, 'heldAmount', 8000, 'releasedAmount', 0, 'refundedAmount', 0,
    'currency', 'usd', 'status', 'held', 'holdUntil', NULL, 'conditions',
    '[{"name": "a", "confirmedAt": null, "confirmedBy": null, "evidence": null},
        {"name": "b", "confirmedAt": null, "confirmedBy": null, "evidence": null}]'::jsonb),
          'an escrow''s document');
SELECT is(payments.escrow_json(tenant_a(), gen_random_uuid()), NULL, 'of no escrow there is none');
SELECT is(payments.payment_json(tenant_a(), pay('k1'), false) -> 'escrows',
          jsonb_build_array(payments.escrow_json(tenant_a(), the('e'))),
          'the payment''s document carries it');
SELECT enter(tenant_b());
SELECT is(payments.escrow_json(tenant_a(), the('e')), NULL, 'another tenant sees none');

SELECT * FROM finish();
ROLLBACK;
