CREATE OR REPLACE FUNCTION payments.invariant_refunds_within_captured(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', payment.id::text,
           format('refunded %s, pending %s, captured %s; refunds say %s and %s',
                  payment.amount_refunded, payment.amount_refund_pending, payment.amount_captured,
                  sums.done, sums.open), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.payment_transactions AS payment
        ON payment.tenant_id = p_tenant_id AND payment.id = named.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(refund.amount) FILTER (WHERE refund.status = 'succeeded'), 0) AS done,
               coalesce(sum(refund.amount) FILTER (WHERE refund.status = 'pending'), 0) AS open
          FROM payments.payment_refunds AS refund WHERE refund.tenant_id = p_tenant_id
           AND refund.payment_id = payment.id) AS sums
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(dispute.amount)
                        FILTER (WHERE dispute.status = 'lost'
                                   OR payments.dispute_open(dispute.status)), 0) AS claimed
          FROM payments.disputes AS dispute
         WHERE dispute.tenant_id = p_tenant_id AND dispute.payment_id = payment.id) AS disputed
     WHERE (payment.amount_refunded + payment.amount_refund_pending > payment.amount_captured
            OR sums.done <> payment.amount_refunded
            OR sums.open <> payment.amount_refund_pending
            OR disputed.claimed <> payment.amount_disputed)
$$;
COMMENT ON FUNCTION payments.invariant_refunds_within_captured(uuid, uuid[]) IS
    'Breaches of M02: refunds not failed stay within the capture, and the sums on the payment are '
    'those of its refunds and disputes.';
