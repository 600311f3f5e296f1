-- The second part follows each payee: its share, in the ledger as in the splits, less what it gave
-- back, is what it was paid or will be. A transfer that was never planned, or planned too small, is
-- found here and nowhere else.
CREATE OR REPLACE FUNCTION payments.invariant_payment_money_conserved(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', payment.id::text,
           format('captured %s, ledger %s; given back %s, ledger %s, refunds and losses %s',
                  payment.amount_captured, ledger.captured, shares.given, ledger.given,
                  taken.amount), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.payment_transactions AS payment
        ON payment.tenant_id = p_tenant_id AND payment.id = named.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(posting.amount)
                        FILTER (WHERE posting.cause_type = 'capture'), 0) AS captured,
               coalesce(sum(posting.amount)
                        FILTER (WHERE posting.cause_type IN ('refund', 'dispute')), 0)
               - coalesce(sum(posting.amount)
                          FILTER (WHERE posting.cause_type IN ('refund_failure', 'dispute_won')),
                          0) AS given
          FROM payments.ledger_postings AS posting
         WHERE posting.tenant_id = p_tenant_id AND posting.payment_id = payment.id) AS ledger
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(clawback.amount), 0) AS given FROM payments.clawback_shares AS clawback
         WHERE clawback.tenant_id = p_tenant_id AND clawback.payment_id = payment.id) AS shares
     CROSS JOIN LATERAL (
        SELECT coalesce((SELECT sum(refund.amount) FROM payments.payment_refunds AS refund
                          WHERE refund.tenant_id = p_tenant_id AND refund.payment_id = payment.id
                            AND refund.accepted_at IS NOT NULL
                            AND refund.status IN ('pending', 'succeeded')), 0)
             + coalesce((SELECT sum(dispute.allocated_amount) FROM payments.disputes AS dispute
                          WHERE dispute.tenant_id = p_tenant_id
                            AND dispute.payment_id = payment.id), 0) AS amount) AS taken
     WHERE (ledger.captured <> payment.amount_captured OR shares.given <> taken.amount
            OR shares.given <> ledger.given)
    UNION ALL
    SELECT 'payee', payee.recipient_type || ':' || payee.recipient_id,
           format('share %s, ledger %s; payable %s, on its way %s; held %s, ledger %s', payee.share,
                  payee.share_posted, payee.payable, payee.on_its_way, payee.held,
                  payee.held_posted), payee.payment_id
      FROM payments.payee_balances(p_tenant_id, p_payment_ids) AS payee
     WHERE payee.share <> payee.share_posted OR payee.payable <> payee.on_its_way
        OR payee.held <> payee.held_posted
$$;
COMMENT ON FUNCTION payments.invariant_payment_money_conserved(uuid, uuid[]) IS
    'Breaches of M13: per payment the ledger has what was captured, what was given back is what '
    'refunds and losses took, share by share posted, and each payee has been paid, is owed and has '
    'held exactly what is left of its share.';
