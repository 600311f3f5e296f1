CREATE OR REPLACE FUNCTION payments.stripe_event_types() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT ARRAY[
        'payment_intent.created', 'payment_intent.processing', 'payment_intent.requires_action',
        'payment_intent.amount_capturable_updated', 'payment_intent.payment_failed',
        'payment_intent.succeeded',
        'payment_intent.canceled', 'charge.succeeded', 'charge.failed', 'charge.captured',
        'charge.updated',
        'transfer.created', 'transfer.updated', 'transfer.reversed', 'refund.created',
        'refund.updated',
        'refund.failed', 'charge.refund.updated', 'charge.dispute.created',
        'charge.dispute.updated',
        'charge.dispute.funds_withdrawn', 'charge.dispute.funds_reinstated',
        'charge.dispute.closed',
        'radar.early_fraud_warning.created', 'radar.early_fraud_warning.updated', 'review.opened',
        'review.closed',
        'account.updated', 'capability.updated', 'account.application.deauthorized',
        'payout.created',
        'payout.updated', 'payout.paid', 'payout.failed', 'payout.canceled']
$$;
COMMENT ON FUNCTION payments.stripe_event_types() IS
    'The types of Stripe''s events that we act on.';
