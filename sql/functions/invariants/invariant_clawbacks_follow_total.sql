CREATE OR REPLACE FUNCTION payments.invariant_clawbacks_follow_total(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', x.payment_id::text, format('given back %s, must be %s', x.given, x.target),
           x.payment_id
      FROM (SELECT l.payment_id, array_agg(l.given ORDER BY l.position) AS given,
                   payments.clawback_target(array_agg(l.amount ORDER BY l.position),
                                            array_agg(l.borne ORDER BY l.position),
                                            least(greatest(sum(l.given), 0), sum(l.amount))::bigint,
                                            payments.currency_unit(max(l.currency))) AS target
              FROM (SELECT s.payment_id, s.position, s.amount, s.currency,
                           coalesce(sum(g.amount), 0)::bigint AS given,
                           coalesce(max(b.amount), 0) AS borne
                      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
                      JOIN payments.payment_splits AS s ON s.tenant_id = p_tenant_id
                       AND s.payment_id = c.id
                      LEFT JOIN payments.clawback_shares AS g
                        ON g.tenant_id = p_tenant_id AND g.payment_id = s.payment_id
                       AND g.recipient_type = s.recipient_type AND g.recipient_id = s.recipient_id
                      LEFT JOIN payments.clawback_snapshots AS b
                        ON b.tenant_id = p_tenant_id AND b.payment_id = s.payment_id
                       AND b.recipient_type = s.recipient_type AND b.recipient_id = s.recipient_id
                     WHERE EXISTS (SELECT FROM payments.clawback_shares AS y
                                    WHERE y.tenant_id = p_tenant_id AND y.payment_id = c.id)
                     GROUP BY s.payment_id, s.position, s.amount, s.currency) AS l
             GROUP BY l.payment_id) AS x
     WHERE x.given <> x.target
$$;
COMMENT ON FUNCTION payments.invariant_clawbacks_follow_total(uuid, uuid[]) IS
    'Breaches of M06: what each recipient has given back is the function of the total alone.';
