CREATE OR REPLACE FUNCTION payments.violations_m05(p_tenant_id uuid)
RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'transfer', t.id::text, format('reversed %s of %s', t.amount_reversed, t.amount)
      FROM payments.stripe_transfers AS t
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount) FILTER (WHERE x.status = 'succeeded'), 0) AS done,
               coalesce(sum(x.amount) FILTER (WHERE x.status IN ('waiting', 'pending')), 0) AS open
          FROM payments.transfer_reversals AS x WHERE x.tenant_id = p_tenant_id AND x.transfer_id = t.id) AS v
     WHERE t.tenant_id = p_tenant_id
       AND (v.done + v.open > t.amount OR v.done <> t.amount_reversed OR v.open <> t.amount_reversal_pending)
$$;
COMMENT ON FUNCTION payments.violations_m05(uuid) IS 'Breaches of M05: what was reversed of a transfer stays within it.';
