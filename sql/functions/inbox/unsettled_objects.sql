CREATE OR REPLACE FUNCTION payments.unsettled_objects(p_tenant_id uuid, p_patience_seconds numeric,
                                                      p_every_seconds numeric)
RETURNS TABLE (payment_id uuid, subject_id uuid, resource text, target text, cause text)
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    -- Twice the time between two calls, so that a late one leaves no gap. Eleven doublings of an
    -- hour are 85 days: disputes last so long.
    WITH ages AS MATERIALIZED (
        SELECT 'poll ' || k AS cause,
               c.now - make_interval(secs => p_patience_seconds::double precision * 2 ^ k) AS upto,
               make_interval(secs => 2 * p_every_seconds::double precision) AS width
          FROM (SELECT payments.clock() AS now) AS c, generate_series(0, 11) AS k
    )
    SELECT p.id, p.id, 'payment_intents', i.stripe_payment_intent_id, a.cause
      FROM ages AS a
      JOIN payments.payment_transactions AS p
        ON p.tenant_id = p_tenant_id AND p.created_at <= a.upto AND p.created_at > a.upto - a.width
      JOIN payments.payment_intents AS i ON i.tenant_id = p_tenant_id AND i.id = p.id
     WHERE p.status IN ('created', 'requires_payment_method', 'requires_confirmation',
                        'requires_action', 'processing',
                        'requires_capture')
       AND i.stripe_payment_intent_id IS NOT NULL
    UNION ALL
    SELECT r.payment_id, r.id, 'refunds', r.stripe_refund_id, a.cause
      FROM ages AS a
      JOIN payments.payment_refunds AS r
        ON r.tenant_id = p_tenant_id AND r.created_at <= a.upto AND r.created_at > a.upto - a.width
     WHERE r.status = 'pending' AND r.stripe_refund_id IS NOT NULL
    UNION ALL
    SELECT d.payment_id, d.id, 'disputes', d.stripe_dispute_id, a.cause
      FROM ages AS a
      JOIN payments.disputes AS d
        ON d.tenant_id = p_tenant_id AND d.created_at <= a.upto AND d.created_at > a.upto - a.width
     WHERE d.status NOT IN ('won', 'lost', 'warning_closed', 'prevented')
$$;
COMMENT ON FUNCTION payments.unsettled_objects(uuid, numeric, numeric) IS
    'Payments, refunds and disputes that Stripe knows and that have no end, at the ages (seconds) '
    'of patience times 1, 2, 4 … 2048, within twice p_every_seconds after each.';
