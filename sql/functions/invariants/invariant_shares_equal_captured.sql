CREATE OR REPLACE FUNCTION payments.invariant_shares_equal_captured(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', payment.id::text,
           format('splits sum to %s, captured %s', sum(split.amount), payment.amount_captured),
           named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.payment_transactions AS payment
        ON payment.tenant_id = p_tenant_id AND payment.id = named.id
      LEFT JOIN payments.payment_splits AS split
        ON split.tenant_id = p_tenant_id AND split.payment_id = payment.id
     GROUP BY named.id, payment.id, payment.amount_captured, payment.settled_at
    HAVING coalesce(sum(split.amount), 0) <> payment.amount_captured OR min(split.amount) < 0
        OR (payment.settled_at IS NOT NULL AND count(*) <> count(split.amount))
$$;
COMMENT ON FUNCTION payments.invariant_shares_equal_captured(uuid, uuid[]) IS
    'Breaches of M03: the splits of a settled payment, the platform''s included, sum to what was '
    'captured, and none is negative.';
