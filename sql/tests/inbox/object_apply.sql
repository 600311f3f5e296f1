BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(12);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1');
CREATE FUNCTION pg_temp.listed(p_resource text, p_object jsonb, p_account text DEFAULT 'platform')
    RETURNS integer LANGUAGE sql AS $$
    SELECT payments.object_apply(tenant_a(), p_account, p_resource, p_object) $$;
CREATE FUNCTION pg_temp.refund(p_amount bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('id', 're_' || p_amount, 'amount', p_amount, 'currency', 'usd',
                              'status', 'succeeded', 'payment_intent', 'pi_' || pay('k1')) $$;
SET LOCAL ROLE payments_definer;
SELECT enter(tenant_a()), remember();
SELECT is(pg_temp.listed('transfers', '{"id": "tr_x"}'), 0,
          'a transfer is made by our operations alone');
SELECT is(pg_temp.listed('refunds', pg_temp.refund(10001)), 0,
          'a refund for which there is no room waits');
SELECT is(pg_temp.listed('refunds', pg_temp.refund(5) || '{"payment_intent": "pi_x"}'), 0,
          'one of a payment we do not know is not ours');
SELECT is(pg_temp.listed('refunds', pg_temp.refund(5) || '{"currency": "eur"}'), 0,
          'one in another currency is for a person');
SELECT is(
    pg_temp.listed('payouts', '{"id": "po_1", "amount": 7, "currency": "usd", "status": "paid"}'),
    0, 'the platform''s payouts are no payee''s');
SELECT unchanged('none of them changes anything');
SELECT is(pg_temp.listed('refunds', pg_temp.refund(1000)), 2,
          'a refund of the dashboard is adopted, and the payees asked for their part');
SELECT results_eq($$ SELECT origin, status, amount FROM payments.payment_refunds $$,
                  $$ VALUES ('dashboard', 'succeeded', 1000::bigint) $$,
                  'as its event would have it');
SELECT is(pg_temp.listed('refunds', pg_temp.refund(1000)), 0, 'once');
SELECT pg_temp.listed('disputes', dispute_object(pay('k1'), 'd', 'won', 100));
SELECT is((SELECT status FROM payments.disputes), 'won', 'a dispute we never heard of is recorded');
SELECT pg_temp.listed('payouts', '{"id": "po_1", "amount": 7, "currency": "usd", "status": "paid"}',
                      'acct_v1_aaaaaaaa');
SELECT is((SELECT status FROM payments.payouts), 'paid', 'so is a payee''s payout');
RESET ROLE;
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
