CREATE OR REPLACE FUNCTION payments.invariant_transfers_within_shares(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', p.id::text,
           format('transfers %s, captured %s, platform %s', t.net, p.amount_captured, s.platform),
           c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id AND p.id = c.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount - x.amount_reversed - x.amount_reversal_pending), 0) AS net,
               coalesce(sum(x.amount) FILTER (WHERE x.source_transaction IS NOT NULL), 0) AS gross
          FROM payments.stripe_transfers AS x
         WHERE x.tenant_id = p_tenant_id AND x.payment_id = p.id AND x.status <> 'canceled') AS t
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount), 0) AS platform
          FROM payments.payment_splits AS x
         WHERE x.tenant_id = p_tenant_id AND x.payment_id = p.id
           AND x.recipient_type = 'platform') AS s
     -- What a payee owes, or owed and repaid out of others, for this payment is not back yet though
     -- its refund may have failed since.
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount), 0) AS owed
          FROM payments.receivables AS x
         WHERE x.tenant_id = p_tenant_id AND x.payment_id = p.id) AS d
     WHERE (t.net > p.amount_captured - s.platform + d.owed OR t.gross > p.amount_captured)
$$;
COMMENT ON FUNCTION payments.invariant_transfers_within_shares(uuid, uuid[]) IS
    'Breaches of M04: transfers, less what was reversed, stay within captured less the platform''s '
    'share; all that draw on the charge stay within it.';
