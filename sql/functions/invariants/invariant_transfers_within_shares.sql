CREATE OR REPLACE FUNCTION payments.invariant_transfers_within_shares(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', payment.id::text,
           format('transfers %s, captured %s, platform %s', sent.net, payment.amount_captured,
                  kept.platform), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.payment_transactions AS payment
        ON payment.tenant_id = p_tenant_id AND payment.id = named.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(transfer.amount - transfer.amount_reversed
                            - transfer.amount_reversal_pending), 0) AS net,
               coalesce(sum(transfer.amount)
                        FILTER (WHERE transfer.source_transaction IS NOT NULL), 0) AS gross
          FROM payments.stripe_transfers AS transfer
         WHERE transfer.tenant_id = p_tenant_id AND transfer.payment_id = payment.id
           AND transfer.status <> 'canceled') AS sent
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(split.amount), 0) AS platform
          FROM payments.payment_splits AS split
         WHERE split.tenant_id = p_tenant_id AND split.payment_id = payment.id
           AND split.recipient_type = 'platform') AS kept
     -- What a payee owes, or owed and repaid out of others, for this payment is not back yet though
     -- its refund may have failed since.
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(receivable.amount), 0) AS owed
          FROM payments.receivables AS receivable
         WHERE receivable.tenant_id = p_tenant_id AND receivable.payment_id = payment.id) AS owing
     WHERE (sent.net > payment.amount_captured - kept.platform + owing.owed
            OR sent.gross > payment.amount_captured)
$$;
COMMENT ON FUNCTION payments.invariant_transfers_within_shares(uuid, uuid[]) IS
    'Breaches of M04: transfers, less what was reversed, stay within captured less the platform''s '
    'share; all that draw on the charge stay within it.';
