CREATE OR REPLACE FUNCTION payments.invariant_one_currency_per_payment(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT part.object_type, part.id::text,
           format('in %s, the payment in %s', part.currency, payment.currency), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.payment_transactions AS payment
        ON payment.tenant_id = p_tenant_id AND payment.id = named.id
     CROSS JOIN LATERAL (
        SELECT 'transfer' AS object_type, transfer.id, transfer.currency
          FROM payments.stripe_transfers AS transfer
         WHERE transfer.tenant_id = p_tenant_id AND transfer.payment_id = payment.id
        UNION ALL SELECT 'reversal', reversal.id, reversal.currency
          FROM payments.stripe_transfers AS transfer
          JOIN payments.transfer_reversals AS reversal
            ON reversal.tenant_id = p_tenant_id AND reversal.transfer_id = transfer.id
         WHERE transfer.tenant_id = p_tenant_id AND transfer.payment_id = payment.id
        UNION ALL SELECT 'refund', refund.id, refund.currency
          FROM payments.payment_refunds AS refund
         WHERE refund.tenant_id = p_tenant_id AND refund.payment_id = payment.id
        UNION ALL SELECT 'dispute', dispute.id, dispute.currency FROM payments.disputes AS dispute
         WHERE dispute.tenant_id = p_tenant_id AND dispute.payment_id = payment.id
        UNION ALL SELECT 'escrow', escrow.id, escrow.currency FROM payments.escrows AS escrow
         WHERE escrow.tenant_id = p_tenant_id AND escrow.payment_id = payment.id
        UNION ALL SELECT 'receivable', receivable.id, receivable.currency
          FROM payments.receivables AS receivable
         WHERE receivable.tenant_id = p_tenant_id AND receivable.payment_id = payment.id
        UNION ALL SELECT 'posting', posting.id, posting.currency
          FROM payments.ledger_postings AS posting
         WHERE posting.tenant_id = p_tenant_id AND posting.payment_id = payment.id) AS part
     WHERE part.currency IS DISTINCT FROM payment.currency
$$;
COMMENT ON FUNCTION payments.invariant_one_currency_per_payment(uuid, uuid[]) IS
    'Breaches of M23: everything that belongs to a payment is in its currency. What Stripe moves '
    'for a dispute in another one is posted beside the payment (dispute_money_post).';
