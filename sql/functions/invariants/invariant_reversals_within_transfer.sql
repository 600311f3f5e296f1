CREATE OR REPLACE FUNCTION payments.invariant_reversals_within_transfer(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'transfer', t.id::text, format('reversed %s of %s', t.amount_reversed, t.amount), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.stripe_transfers AS t ON t.tenant_id = p_tenant_id AND t.payment_id = c.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount) FILTER (WHERE x.status = 'succeeded'), 0) AS done,
               coalesce(sum(x.amount) FILTER (WHERE x.status IN ('waiting', 'pending')), 0) AS open
          FROM payments.transfer_reversals AS x WHERE x.tenant_id = p_tenant_id
           AND x.transfer_id = t.id) AS v
     WHERE (v.done + v.open > t.amount OR v.done <> t.amount_reversed
            OR v.open <> t.amount_reversal_pending)
$$;
COMMENT ON FUNCTION payments.invariant_reversals_within_transfer(uuid, uuid[]) IS
    'Breaches of M05: what was reversed of a transfer, or is about to be, stays within it, and the '
    'sums on the transfer are those of its reversals.';
