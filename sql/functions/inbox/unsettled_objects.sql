CREATE OR REPLACE FUNCTION payments.unsettled_objects(p_tenant_id uuid, p_patience_seconds numeric,
                                                      p_every_seconds numeric)
RETURNS TABLE (payment_id uuid, subject_id uuid, resource text, target text, cause text)
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    -- Twice the time between two calls, so that a late one leaves no gap. Eleven doublings of an
    -- hour are 85 days: disputes last so long.
    WITH ages AS MATERIALIZED (
        SELECT 'poll ' || k AS cause,
               moment.now - make_interval(
                   secs => p_patience_seconds::double precision * 2 ^ k) AS upto,
               make_interval(secs => 2 * p_every_seconds::double precision) AS width
          FROM (SELECT payments.clock() AS now) AS moment, generate_series(0, 11) AS k
    )
    SELECT payment.id, payment.id, 'payment_intents', intent.stripe_payment_intent_id, ages.cause
      FROM ages
      JOIN payments.payment_transactions AS payment
        ON payment.tenant_id = p_tenant_id AND payment.created_at <= ages.upto
       AND payment.created_at > ages.upto - ages.width
      JOIN payments.payment_intents AS intent
        ON intent.tenant_id = p_tenant_id AND intent.id = payment.id
     WHERE payment.status IN ('created', 'requires_payment_method', 'requires_confirmation',
                              'requires_action', 'processing', 'requires_capture')
       AND intent.stripe_payment_intent_id IS NOT NULL
    UNION ALL
    SELECT refund.payment_id, refund.id, 'refunds', refund.stripe_refund_id, ages.cause
      FROM ages
      JOIN payments.payment_refunds AS refund
        ON refund.tenant_id = p_tenant_id AND refund.created_at <= ages.upto
       AND refund.created_at > ages.upto - ages.width
     WHERE refund.status = 'pending' AND refund.stripe_refund_id IS NOT NULL
    UNION ALL
    SELECT dispute.payment_id, dispute.id, 'disputes', dispute.stripe_dispute_id, ages.cause
      FROM ages
      JOIN payments.disputes AS dispute
        ON dispute.tenant_id = p_tenant_id AND dispute.created_at <= ages.upto
       AND dispute.created_at > ages.upto - ages.width
     WHERE dispute.status NOT IN ('won', 'lost', 'warning_closed', 'prevented')
$$;
COMMENT ON FUNCTION payments.unsettled_objects(uuid, numeric, numeric) IS
    'Payments, refunds and disputes that Stripe knows and that have no end, at the ages (seconds) '
    'of patience times 1, 2, 4 … 2048, within twice p_every_seconds after each.';
