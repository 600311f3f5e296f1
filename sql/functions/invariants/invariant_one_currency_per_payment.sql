CREATE OR REPLACE FUNCTION payments.invariant_one_currency_per_payment(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT x.object_type, x.id::text, format('in %s, the payment in %s', x.currency, p.currency),
           c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id AND p.id = c.id
     CROSS JOIN LATERAL (
        SELECT 'transfer' AS object_type, t.id, t.currency FROM payments.stripe_transfers AS t
         WHERE t.tenant_id = p_tenant_id AND t.payment_id = p.id
        UNION ALL SELECT 'reversal', v.id, v.currency FROM payments.stripe_transfers AS t
          JOIN payments.transfer_reversals AS v ON v.tenant_id = p_tenant_id
           AND v.transfer_id = t.id
         WHERE t.tenant_id = p_tenant_id AND t.payment_id = p.id
        UNION ALL SELECT 'refund', r.id, r.currency FROM payments.payment_refunds AS r
         WHERE r.tenant_id = p_tenant_id AND r.payment_id = p.id
        UNION ALL SELECT 'dispute', d.id, d.currency FROM payments.disputes AS d
         WHERE d.tenant_id = p_tenant_id AND d.payment_id = p.id
        UNION ALL SELECT 'escrow', e.id, e.currency FROM payments.escrows AS e
         WHERE e.tenant_id = p_tenant_id AND e.payment_id = p.id
        UNION ALL SELECT 'receivable', d.id, d.currency FROM payments.receivables AS d
         WHERE d.tenant_id = p_tenant_id AND d.payment_id = p.id
        UNION ALL SELECT 'posting', g.id, g.currency FROM payments.ledger_postings AS g
         WHERE g.tenant_id = p_tenant_id AND g.payment_id = p.id) AS x
     WHERE x.currency IS DISTINCT FROM p.currency
$$;
COMMENT ON FUNCTION payments.invariant_one_currency_per_payment(uuid, uuid[]) IS
    'Breaches of M23: everything that belongs to a payment is in its currency. What Stripe moves '
    'for a dispute in another one is posted beside the payment (dispute_money_post).';
