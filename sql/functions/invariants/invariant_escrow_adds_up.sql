CREATE OR REPLACE FUNCTION payments.invariant_escrow_adds_up(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'escrow', e.id::text, format('%s: held %s, released %s, refunded %s of %s', e.status,
                                        e.held_amount, e.released_amount, e.refunded_amount,
                                        e.amount), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.escrows AS e ON e.tenant_id = p_tenant_id AND e.payment_id = c.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount) FILTER (WHERE x.event = 'released'), 0) AS released,
               coalesce(sum(CASE x.event WHEN 'refunded' THEN x.amount WHEN 'returned'
                            THEN -x.amount END), 0) AS refunded
          FROM payments.escrow_events AS x
         WHERE x.tenant_id = p_tenant_id AND x.escrow_id = e.id) AS h
     WHERE (e.held_amount + e.released_amount + e.refunded_amount <> e.amount
            OR h.released <> e.released_amount
            OR h.refunded <> e.refunded_amount
            OR (e.held_amount > 0
                AND (e.status = 'disputed') <> payments.payment_frozen(p_tenant_id, c.id)))
    UNION ALL
    SELECT 'escrow', v.escrow_id::text,
           format('released %s, transferred %s, netted %s', v.amount, t.amount, n.amount), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.escrows AS e ON e.tenant_id = p_tenant_id AND e.payment_id = c.id
      JOIN payments.escrow_events AS v ON v.tenant_id = p_tenant_id AND v.escrow_id = e.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount), 0) AS amount FROM payments.stripe_transfers AS x
         WHERE x.tenant_id = p_tenant_id AND x.payment_id = c.id AND x.cause_id = v.id
           AND x.purpose = 'release') AS t
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount), 0) AS amount FROM payments.receivable_nettings AS x
         WHERE x.tenant_id = p_tenant_id AND x.payment_id = c.id AND x.cause_id = v.id) AS n
     WHERE v.event = 'released' AND t.amount + n.amount <> v.amount
$$;
COMMENT ON FUNCTION payments.invariant_escrow_adds_up(uuid, uuid[]) IS
    'Breaches of M28: an escrow adds up, as its history does, holds still while a dispute is open '
    'and only then, and each of its releases has one transfer or was netted.';
