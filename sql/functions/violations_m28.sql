CREATE OR REPLACE FUNCTION payments.violations_m28(p_tenant_id uuid)
RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'escrow', e.id::text, format('held %s, released %s, refunded %s of %s', e.held_amount, e.released_amount, e.refunded_amount, e.amount)
      FROM payments.escrows AS e
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount) FILTER (WHERE x.event = 'released'), 0) AS released FROM payments.escrow_events AS x
         WHERE x.tenant_id = p_tenant_id AND x.escrow_id = e.id) AS h
     WHERE e.tenant_id = p_tenant_id
       AND (e.held_amount + e.released_amount + e.refunded_amount <> e.amount OR h.released <> e.released_amount)
    UNION ALL
    SELECT 'escrow', v.escrow_id::text, format('released %s, transferred %s, netted %s', v.amount, t.amount, n.amount)
      FROM payments.escrow_events AS v
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount), 0) AS amount FROM payments.stripe_transfers AS x
         WHERE x.tenant_id = p_tenant_id AND x.cause_id = v.id AND x.purpose = 'release') AS t
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount), 0) AS amount FROM payments.receivable_nettings AS x
         WHERE x.tenant_id = p_tenant_id AND x.cause_id = v.id) AS n
     WHERE v.tenant_id = p_tenant_id AND v.event = 'released' AND t.amount + n.amount <> v.amount
$$;
COMMENT ON FUNCTION payments.violations_m28(uuid) IS 'Breaches of M28: an escrow adds up and each of its releases has one transfer or was netted.';
