BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(16);
SELECT open_account(tenant_a(), 'venue', 'v1'), open_account(tenant_a(), 'artist', 'a1');
SELECT paid_payment(tenant_a(), 'k1'), paid_payment(tenant_a(), 'k2'),
       paid_payment(tenant_a(), 'k3'), paid_payment(tenant_a(), 'k4');
CREATE FUNCTION pg_temp.returned(p_key text) RETURNS numeric LANGUAGE sql
AS $$ SELECT sum(g.amount) FROM payments.clawback_shares AS g
       WHERE g.payment_id = tap_helpers.pay(p_key) $$;
-- A bank takes all of a payment that was partly refunded; then the refund fails.
SELECT keep('r1', refund(pay('k1'), 'r1', 3000)), dispute(pay('k1'), 'd', 'lost');
SELECT is((SELECT d.allocated_amount FROM payments.disputes AS d WHERE d.payment_id = pay('k1')),
          7000::bigint, 'a loss takes what the refund has left');
SELECT is(refund_event(the('r1'), 'refund.failed', 'failed', 'evt_1'), 'done',
          'a refund that fails afterwards');
SELECT is((SELECT d.allocated_amount FROM payments.disputes AS d WHERE d.payment_id = pay('k1')),
          10000::bigint, 'leaves room for the rest of the loss');
SELECT is(pg_temp.returned('k1'), 10000::numeric, 'so that nobody keeps what the bank has taken');
-- The same where Stripe refuses it.
SELECT keep('r2', asked_refund(pay('k2'), 'r2', 3000)), dispute(pay('k2'), 'd', 'lost');
SELECT ok(
    finish(operation_of(the('r2'), 'refund'),
           '{"outcome": "failed", "code": "charge_disputed", "type": "invalid_request_error"}'),
    'a refund that Stripe refuses because of the loss');
SELECT is(pg_temp.returned('k2'), 10000::numeric, 'leaves room for it, too');
-- A refund from the dashboard that we hear of after the loss.
SELECT dispute(pay('k3'), 'd', 'lost'),
       apply(tenant_a(), 'evt_2', event('refund.created',
                                        jsonb_build_object('id', 're_x', 'object', 'refund',
                                                           'amount', 3000,
    'currency', 'usd', 'status', 'succeeded', 'payment_intent', 'pi_' || pay('k3'), 'metadata',
    '{}'::jsonb)));
SELECT is((SELECT d.allocated_amount FROM payments.disputes AS d WHERE d.payment_id = pay('k3')),
          7000::bigint, 'a refund that we hear of late takes its part of the capture');
SELECT is((SELECT p.amount_refunded FROM payments.payment_transactions AS p WHERE p.id = pay('k3')),
          3000::bigint, 'is recorded');
SELECT is(pg_temp.returned('k3'), 10000::numeric,
          'and takes nothing from anybody that was not taken');
-- Lost, and won on appeal.
SELECT dispute(pay('k4'), 'd', 'lost', 6000), dispute(pay('k4'), 'e', 'lost', 6000),
       reverse(pay('k4'));
SELECT is(pg_temp.returned('k4'), 10000::numeric, 'two losses take all there is');
SELECT is(dispute(pay('k4'), 'd', 'won', 6000), 'done', 'one of them is won in the end');
SELECT is(pg_temp.returned('k4'), 6000::numeric, 'so that only the other counts');
SELECT is(
    (SELECT sum(t.amount) FROM payments.stripe_transfers AS t WHERE t.payment_id = pay('k4')
        AND t.purpose = 'repayment'),
    (SELECT 4000 + sum(g.amount) FROM payments.clawback_shares AS g WHERE g.payment_id = pay('k4')
        AND g.recipient_type = 'platform' AND g.cause_type = 'dispute_won'),
    'and payees are paid again what they had returned');
SELECT remember();
SELECT dispute(pay('k4'), 'd', 'won', 6000), dispute(pay('k4'), 'd', 'lost', 6000);
SELECT is(pg_temp.returned('k4'), 6000::numeric, 'once');
SET LOCAL ROLE payments_definer;
SELECT is(payments.dispute_losses_allocate(tenant_a(), pay('k4'), clock()), 0,
          'where nothing has changed nothing is due');
RESET ROLE;
SELECT reverse(pay('k1')), reverse(pay('k2')), reverse(pay('k3')), reverse(pay('k4'));
SELECT money_is_right(tenant_a(), 'no cent is lost');

SELECT * FROM finish();
ROLLBACK;
