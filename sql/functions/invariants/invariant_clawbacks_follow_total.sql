CREATE OR REPLACE FUNCTION payments.invariant_clawbacks_follow_total(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', total.payment_id::text,
           format('given back %s, must be %s', total.given, total.target), total.payment_id
      FROM (SELECT share.payment_id, array_agg(share.given ORDER BY share.position) AS given,
                   payments.clawback_target(array_agg(share.amount ORDER BY share.position),
                                            array_agg(share.borne ORDER BY share.position),
                                            least(greatest(sum(share.given), 0),
                                                  sum(share.amount))::bigint,
                                            payments.currency_unit(max(share.currency))) AS target
              FROM (SELECT split.payment_id, split.position, split.amount, split.currency,
                           coalesce(sum(clawback.amount), 0)::bigint AS given,
                           coalesce(max(snapshot.amount), 0) AS borne
                      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
                      JOIN payments.payment_splits AS split
                        ON split.tenant_id = p_tenant_id AND split.payment_id = named.id
                      LEFT JOIN payments.clawback_shares AS clawback
                        ON clawback.tenant_id = p_tenant_id
                       AND clawback.payment_id = split.payment_id
                       AND clawback.recipient_type = split.recipient_type
                       AND clawback.recipient_id = split.recipient_id
                      LEFT JOIN payments.clawback_snapshots AS snapshot
                        ON snapshot.tenant_id = p_tenant_id
                       AND snapshot.payment_id = split.payment_id
                       AND snapshot.recipient_type = split.recipient_type
                       AND snapshot.recipient_id = split.recipient_id
                     WHERE EXISTS (SELECT FROM payments.clawback_shares AS other
                                    WHERE other.tenant_id = p_tenant_id
                                      AND other.payment_id = named.id)
                     GROUP BY split.payment_id, split.position, split.amount,
                              split.currency) AS share
             GROUP BY share.payment_id) AS total
     WHERE total.given <> total.target
$$;
COMMENT ON FUNCTION payments.invariant_clawbacks_follow_total(uuid, uuid[]) IS
    'Breaches of M06: what each recipient has given back is the function of the total alone.';
