CREATE OR REPLACE FUNCTION payments.invariant_shares_equal_captured(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', p.id::text,
           format('splits sum to %s, captured %s', sum(s.amount), p.amount_captured), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id AND p.id = c.id
      LEFT JOIN payments.payment_splits AS s ON s.tenant_id = p_tenant_id AND s.payment_id = p.id
     GROUP BY c.id, p.id, p.amount_captured, p.settled_at
    HAVING coalesce(sum(s.amount), 0) <> p.amount_captured OR min(s.amount) < 0
        OR (p.settled_at IS NOT NULL AND count(*) <> count(s.amount))
$$;
COMMENT ON FUNCTION payments.invariant_shares_equal_captured(uuid, uuid[]) IS
    'Breaches of M03: the splits of a settled payment, the platform''s included, sum to what was '
    'captured, and none is negative.';
