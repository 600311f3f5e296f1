CREATE OR REPLACE FUNCTION payments.violations_m10(p_tenant_id uuid, p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'transfer', coalesce(t.id, o.subject_id)::text,
           format('transfer %s of %s, operation %s, posted %s', t.status, t.amount, o.state, g.amount),
           coalesce(t.payment_id, o.payment_id)
      FROM (SELECT x.* FROM payments.payments_chosen(p_tenant_id, p_payment_ids) AS c (id)
              JOIN payments.stripe_transfers AS x ON x.tenant_id = p_tenant_id AND x.payment_id = c.id) AS t
      FULL JOIN (SELECT x.* FROM payments.payments_chosen(p_tenant_id, p_payment_ids) AS c (id)
                   JOIN payments.stripe_operations AS x
                     ON x.tenant_id = p_tenant_id AND x.payment_id = c.id AND x.kind = 'transfer') AS o
        ON o.tenant_id = t.tenant_id AND o.subject_id = t.id
      LEFT JOIN payments.ledger_postings AS g
        ON g.tenant_id = p_tenant_id AND g.cause_type = 'transfer' AND g.cause_id = t.id AND g.leg = 'paid'
     WHERE (t.id IS NULL OR o.id IS NULL
            OR (t.stripe_transfer_id IS NOT NULL) <> (o.state = 'succeeded')
            OR t.stripe_transfer_id IS DISTINCT FROM o.provider_id
            OR t.amount IS DISTINCT FROM (o.request #>> '{params,amount}')::bigint
            OR (t.stripe_transfer_id IS NOT NULL) <> (g.id IS NOT NULL)
            OR g.amount <> t.amount)
    UNION ALL
    SELECT 'posting', g.id::text, format('posted as paid: transfer %s, which is not there', g.cause_id), c.id
      FROM payments.payments_chosen(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.ledger_postings AS g ON g.tenant_id = p_tenant_id AND g.payment_id = c.id AND g.cause_type = 'transfer'
     WHERE NOT EXISTS (SELECT FROM payments.stripe_transfers AS t WHERE t.tenant_id = p_tenant_id AND t.id = g.cause_id)
$$;
COMMENT ON FUNCTION payments.violations_m10(uuid, uuid[]) IS 'Breaches of M10: every paid transfer has its succeeded operation with the same Stripe id and amount, and its posting; and the other way round.';
