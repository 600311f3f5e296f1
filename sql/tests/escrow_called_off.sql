BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(0);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'seller', 's1');
SELECT settled_payment(tenant_a(), 'k1', resale()), settled_payment(tenant_a(), 'k2', resale());
SELECT asked_refund(pay('k2'), 'r', 100);
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a());
SELECT is(payments.escrow_called_off(tenant_a(), pay('k1')), false, 'a sale that stands');
SELECT is(payments.escrow_called_off(tenant_a(), pay('k2')), false, 'another refund does not call a sale off');
RESET ROLE;
SELECT api.escrow_cancel(tenant_a(), 'svc', 'c', '\x01', escrow_of(pay('k1')), '{"reason": "off"}', 20);
SET LOCAL ROLE payments_definer;
SELECT is(payments.escrow_called_off(tenant_a(), pay('k1')), true, 'its cancellation does');
UPDATE payments.payment_refunds SET status = 'failed' WHERE payment_id = pay('k1');
SELECT is(payments.escrow_called_off(tenant_a(), pay('k1')), false, 'until Stripe refuses');

SELECT * FROM finish();
ROLLBACK;
