CREATE OR REPLACE FUNCTION payments.violations_m03(p_tenant_id uuid)
RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', p.id::text, format('splits sum to %s, captured %s', sum(s.amount), p.amount_captured)
      FROM payments.payment_transactions AS p
      LEFT JOIN payments.payment_splits AS s ON s.tenant_id = p_tenant_id AND s.payment_id = p.id
     WHERE p.tenant_id = p_tenant_id
     GROUP BY p.id, p.amount_captured, p.settled_at
    HAVING coalesce(sum(s.amount), 0) <> p.amount_captured OR min(s.amount) < 0
        OR (p.settled_at IS NOT NULL AND count(*) <> count(s.amount))
$$;
COMMENT ON FUNCTION payments.violations_m03(uuid) IS 'Breaches of M03: the splits of a settled payment, the platform''s included, sum to what was captured.';
