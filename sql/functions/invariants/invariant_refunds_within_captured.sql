CREATE OR REPLACE FUNCTION payments.invariant_refunds_within_captured(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', p.id::text,
           format('refunded %s, pending %s, captured %s; refunds say %s and %s', p.amount_refunded,
               p.amount_refund_pending, p.amount_captured, r.done, r.open), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id AND p.id = c.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount) FILTER (WHERE x.status = 'succeeded'), 0) AS done,
               coalesce(sum(x.amount) FILTER (WHERE x.status = 'pending'), 0) AS open
          FROM payments.payment_refunds AS x WHERE x.tenant_id = p_tenant_id
           AND x.payment_id = p.id) AS r
     CROSS JOIN LATERAL (
        SELECT coalesce(
            sum(x.amount) FILTER (WHERE x.status = 'lost' OR payments.dispute_open(x.status)),
            0) AS claimed
          FROM payments.disputes AS x WHERE x.tenant_id = p_tenant_id AND x.payment_id = p.id) AS d
     WHERE (p.amount_refunded + p.amount_refund_pending > p.amount_captured
            OR r.done <> p.amount_refunded
            OR r.open <> p.amount_refund_pending OR d.claimed <> p.amount_disputed)
$$;
COMMENT ON FUNCTION payments.invariant_refunds_within_captured(uuid, uuid[]) IS
    'Breaches of M02: refunds not failed stay within the capture, and the sums on the payment are '
    'those of its refunds and disputes.';
