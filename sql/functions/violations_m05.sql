CREATE OR REPLACE FUNCTION payments.violations_m05(p_tenant_id uuid)
RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'transfer', t.id::text, format('reversed %s of %s', t.amount_reversed, t.amount)
      FROM payments.stripe_transfers AS t
     WHERE t.tenant_id = p_tenant_id AND t.amount_reversed NOT BETWEEN 0 AND t.amount
$$;
COMMENT ON FUNCTION payments.violations_m05(uuid) IS 'Breaches of M05: what was reversed of a transfer stays within it.';
