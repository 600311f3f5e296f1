CREATE OR REPLACE FUNCTION payments.invariant_rows_match_stripe(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'transfer', coalesce(t.id, o.subject_id)::text,
           format('transfer %s of %s, operation %s, posted %s', t.status, t.amount, o.state,
                  g.amount),
           coalesce(t.payment_id, o.payment_id)
      FROM (SELECT x.* FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
              JOIN payments.stripe_transfers AS x ON x.tenant_id = p_tenant_id
               AND x.payment_id = c.id) AS t
      FULL JOIN (SELECT x.* FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
                   JOIN payments.stripe_operations AS x
                     ON x.tenant_id = p_tenant_id AND x.payment_id = c.id
                        AND x.kind = 'transfer') AS o
        ON o.tenant_id = t.tenant_id AND o.subject_id = t.id
      LEFT JOIN payments.ledger_postings AS g
        ON g.tenant_id = p_tenant_id AND g.cause_type = 'transfer' AND g.cause_id = t.id
           AND g.leg = 'paid'
     WHERE (t.id IS NULL OR o.id IS NULL
            OR (t.stripe_transfer_id IS NOT NULL) <> (o.state = 'succeeded')
            OR t.stripe_transfer_id IS DISTINCT FROM o.provider_id
            OR (t.amount::text, t.currency, t.stripe_account_id) IS DISTINCT FROM
               (o.request #>> '{params,amount}', o.request #>> '{params,currency}',
                o.request #>> '{params,destination}')
            OR (t.stripe_transfer_id IS NOT NULL) <> (g.id IS NOT NULL)
            OR g.amount <> t.amount)
    UNION ALL
    SELECT 'posting', g.id::text,
           format('posted as paid: transfer %s, which is not there', g.cause_id), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.ledger_postings AS g ON g.tenant_id = p_tenant_id AND g.payment_id = c.id
       AND g.cause_type = 'transfer'
     WHERE NOT EXISTS (SELECT FROM payments.stripe_transfers AS t WHERE t.tenant_id = p_tenant_id
                          AND t.id = g.cause_id)
    UNION ALL
    SELECT 'refund', r.id::text, format('refund %s of %s, operation %s of %s', r.status, r.amount,
                                        o.state, o.request #>> '{params,amount}'), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.payment_refunds AS r ON r.tenant_id = p_tenant_id AND r.payment_id = c.id
       AND r.origin <> 'dashboard'
      LEFT JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id
       AND o.subject_id = r.id AND o.kind = 'refund'
     WHERE (o.id IS NULL OR (r.accepted_at IS NOT NULL) <> (o.state = 'succeeded')
            OR r.stripe_refund_id IS DISTINCT FROM o.provider_id
            OR r.amount IS DISTINCT FROM (o.request #>> '{params,amount}')::bigint)
    UNION ALL
    SELECT 'reversal', v.id::text, format('reversal %s of %s, operation %s of %s, posted %s',
               v.status, v.amount, o.state, o.request #>> '{params,amount}', g.amount), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.stripe_transfers AS t ON t.tenant_id = p_tenant_id AND t.payment_id = c.id
      JOIN payments.transfer_reversals AS v ON v.tenant_id = p_tenant_id AND v.transfer_id = t.id
      LEFT JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id
       AND o.subject_id = v.id AND o.kind = 'reversal'
      LEFT JOIN payments.ledger_postings AS g
        ON g.tenant_id = p_tenant_id AND g.cause_type = 'reversal' AND g.cause_id = v.id
           AND g.leg = 'returned'
     WHERE ((v.status = 'succeeded') <> (coalesce(o.state, '') = 'succeeded')
            OR v.stripe_reversal_id IS DISTINCT FROM o.provider_id
            OR (o.request #>> '{params,amount}')::bigint <> v.amount
            OR (v.status = 'succeeded') <> (g.id IS NOT NULL) OR g.amount <> v.amount)
$$;
COMMENT ON FUNCTION payments.invariant_rows_match_stripe(uuid, uuid[]) IS
    'Breaches of M10, as far as our operations tell what Stripe has: every paid transfer, accepted '
    'refund and done reversal has its succeeded operation with the same Stripe id and amount (a '
    'transfer: and currency and destination), transfers and reversals their posting; and the other '
    'way round. Stripe''s own objects are compared by api.reconcile_compare.';
