CREATE OR REPLACE FUNCTION payments.invariant_receivables_add_up(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'receivable', d.id::text, format('netted %s of %s, nettings say %s, ledger %s of %s',
               d.amount_netted, d.amount, n.amount, g.netted, g.opened), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.receivables AS d ON d.tenant_id = p_tenant_id AND d.payment_id = c.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount), 0) AS amount FROM payments.receivable_nettings AS x
         WHERE x.tenant_id = p_tenant_id AND x.receivable_id = d.id) AS n
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount) FILTER (WHERE x.cause_type = 'receivable'), 0) AS opened,
               coalesce(sum(x.amount) FILTER (WHERE x.cause_type = 'netting'), 0) AS netted
          FROM payments.ledger_postings AS x
         WHERE x.tenant_id = p_tenant_id AND x.cause_type IN ('receivable', 'netting')
           AND x.cause_id IN (SELECT d.id UNION ALL SELECT y.id
                                FROM payments.receivable_nettings AS y
                               WHERE y.tenant_id = p_tenant_id AND y.receivable_id = d.id)) AS g
     WHERE (d.amount_netted <> n.amount OR d.amount_netted > d.amount OR g.opened <> d.amount
            OR g.netted <> n.amount)
    UNION ALL
    SELECT 'receivable', d.id::text,
           format('of %s netted %s, reversed %s, %s under way; reversals say %s and %s', d.amount,
               d.amount_netted, d.amount_reversed, d.amount_reversing, v.done, v.open), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.receivables AS d ON d.tenant_id = p_tenant_id AND d.payment_id = c.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount) FILTER (WHERE x.status = 'succeeded'), 0) AS done,
               coalesce(sum(x.amount) FILTER (WHERE x.status IN ('waiting', 'pending')), 0) AS open
          FROM generate_series(1, d.retries) AS r (number)
          JOIN payments.transfer_reversals AS x ON x.tenant_id = p_tenant_id
           AND x.cause_type = 'receivable'
           AND x.cause_id = payments.receivable_retry_id(p_tenant_id, d.id, r.number)) AS v
     WHERE d.amount_reversed <> v.done OR d.amount_reversing <> v.open
        OR d.amount_netted + d.amount_reversed + d.amount_reversing > d.amount
    UNION ALL
    SELECT 'reversal', v.id::text, format('shortfall %s without its receivable', v.shortfall), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.stripe_transfers AS t ON t.tenant_id = p_tenant_id AND t.payment_id = c.id
      JOIN payments.transfer_reversals AS v ON v.tenant_id = p_tenant_id AND v.transfer_id = t.id
     WHERE v.shortfall > 0
       AND NOT EXISTS (SELECT FROM payments.receivables AS d
                        WHERE d.tenant_id = p_tenant_id AND d.cause_type = 'reversal'
                          AND d.cause_id = v.id AND d.amount = v.shortfall)
$$;
COMMENT ON FUNCTION payments.invariant_receivables_add_up(uuid, uuid[]) IS
    'Breaches of M14: what a payee owes is what reversals fell short of, less what was netted or '
    'came back by a repeated reversal, no unit both ways, and the ledger agrees.';
