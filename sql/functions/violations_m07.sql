CREATE OR REPLACE FUNCTION payments.violations_m07(p_tenant_id uuid)
RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', a.operation_id::text, format('Stripe ids %s', string_agg(DISTINCT a.provider_id, ', '))
      FROM payments.stripe_operation_attempts AS a
      JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.id = a.operation_id
     WHERE a.tenant_id = p_tenant_id AND o.kind = 'transfer' AND a.outcome = 'succeeded'
     GROUP BY a.operation_id
    HAVING count(DISTINCT a.provider_id) > 1
$$;
COMMENT ON FUNCTION payments.violations_m07(uuid) IS 'Breaches of M07: one Stripe transfer at most was ever seen for a payment, payee and purpose.';
