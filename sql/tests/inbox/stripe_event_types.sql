BEGIN;
SET LOCAL search_path = tap, tap_helpers, public;
SELECT plan(4);
SELECT is((SELECT count(*) FROM unnest(payments.stripe_event_types()) AS t),
          (SELECT count(DISTINCT t) FROM unnest(payments.stripe_event_types()) AS t),
          'no type is named twice');
SELECT is(
    (SELECT bool_and(t ~ '^[a-z_]+(\.[a-z_]+)+$') FROM unnest(payments.stripe_event_types()) AS t),
    true, 'each is a type as Stripe writes them');
SELECT is(
    ARRAY['payment_intent.created', 'payment_intent.succeeded', 'payment_intent.canceled',
          'payment_intent.payment_failed', 'charge.updated', 'transfer.created', 'account.updated',
          'capability.updated'] <@ payments.stripe_event_types(),
    true, 'the events we live by are among them');
SELECT is(
    ARRAY['refund.created', 'refund.updated', 'refund.failed', 'charge.refund.updated',
          'transfer.reversed', 'charge.dispute.created', 'charge.dispute.updated',
          'charge.dispute.funds_withdrawn', 'charge.dispute.funds_reinstated',
          'charge.dispute.closed', 'radar.early_fraud_warning.created', 'payout.paid',
          'payout.failed', 'account.application.deauthorized'] <@ payments.stripe_event_types(),
    true, 'so are those of money that comes back');

SELECT * FROM finish();
ROLLBACK;
