BEGIN;
SELECT plan(4);

SET LOCAL ROLE payments_system;
SELECT is(
    (SELECT bool_and(payments.stripe_event_handled(t))
       FROM unnest(ARRAY['payment_intent.created', 'payment_intent.succeeded',
                         'payment_intent.canceled',
    'payment_intent.payment_failed', 'charge.updated', 'transfer.created', 'account.updated',
    'capability.updated']) AS t), true, 'the events we live by are handled');
SELECT is(
    (SELECT bool_or(payments.stripe_event_handled(t))
       FROM unnest(ARRAY['', 'payment_intent', 'payment_intent.unheard_of', 'balance.available',
                         'PAYMENT_INTENT.SUCCEEDED']) AS t), false,
    'others are not');
SELECT is(payments.stripe_event_handled(NULL), false, 'no type is not handled');
SELECT is(
    (SELECT bool_and(payments.stripe_event_handled(t))
       FROM unnest(ARRAY['refund.created', 'refund.updated', 'refund.failed',
                         'charge.refund.updated', 'transfer.reversed',
    'charge.dispute.created', 'charge.dispute.updated', 'charge.dispute.funds_withdrawn',
    'charge.dispute.funds_reinstated', 'charge.dispute.closed',
    'radar.early_fraud_warning.created', 'payout.paid', 'payout.failed',
    'account.application.deauthorized']) AS t), true, 'so are those of money that comes back');

SELECT * FROM finish();
ROLLBACK;
