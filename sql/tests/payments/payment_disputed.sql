BEGIN;
SELECT plan(3);

SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT keep('p', settled_payment(tenant_a(), 'k'));
CREATE FUNCTION pg_temp.dispute(p_status text) RETURNS void LANGUAGE sql AS $$
    SELECT payments.dispute_apply(
        payments.payment_lock(tap_helpers.tenant_a(), tap_helpers.the('p')),
        jsonb_build_object('id', 'du_1', 'amount', 10000, 'currency', 'usd',
        'status', p_status, 'reason', 'fraudulent', 'balance_transactions', '[]'::jsonb),
        tap_helpers.clock()) $$;
SELECT is(payments.payment_disputed(tenant_a(), the('p')), false,
          'a payment is not disputed by itself');
SELECT pg_temp.dispute('warning_needs_response');
SELECT is(payments.payment_disputed(tenant_a(), the('p')), false, 'an inquiry is no chargeback');
SELECT pg_temp.dispute('needs_response');
SET LOCAL ROLE payments_definer;
SELECT is(payments.payment_disputed(tenant_a(), the('p')), true, 'a chargeback is');

SELECT * FROM finish();
ROLLBACK;
