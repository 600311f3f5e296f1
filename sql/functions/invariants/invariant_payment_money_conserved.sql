-- The second part follows each payee: its share, in the ledger as in the splits, less what it gave
-- back, is what it was paid or will be. A transfer that was never planned, or planned too small, is
-- found here and nowhere else.
CREATE OR REPLACE FUNCTION payments.invariant_payment_money_conserved(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', p.id::text,
           format('captured %s, ledger %s; given back %s, ledger %s, refunds and losses %s',
               p.amount_captured, g.captured, s.given, g.given, r.amount), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id AND p.id = c.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount) FILTER (WHERE x.cause_type = 'capture'), 0) AS captured,
               coalesce(sum(x.amount) FILTER (WHERE x.cause_type IN ('refund', 'dispute')), 0)
                   - coalesce(
                       sum(x.amount) FILTER (WHERE x.cause_type IN ('refund_failure',
                           'dispute_won')), 0) AS given
          FROM payments.ledger_postings AS x
         WHERE x.tenant_id = p_tenant_id AND x.payment_id = p.id) AS g
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.amount), 0) AS given FROM payments.clawback_shares AS x
         WHERE x.tenant_id = p_tenant_id AND x.payment_id = p.id) AS s
     CROSS JOIN LATERAL (
        SELECT coalesce((SELECT sum(x.amount) FROM payments.payment_refunds AS x
                          WHERE x.tenant_id = p_tenant_id AND x.payment_id = p.id
                            AND x.accepted_at IS NOT NULL
                            AND x.status IN ('pending', 'succeeded')), 0)
             + coalesce((SELECT sum(x.allocated_amount) FROM payments.disputes AS x
                          WHERE x.tenant_id = p_tenant_id AND x.payment_id = p.id),
                        0) AS amount) AS r
     WHERE (g.captured <> p.amount_captured OR s.given <> r.amount OR s.given <> g.given)
    UNION ALL
    SELECT 'payee', b.recipient_type || ':' || b.recipient_id,
           format('share %s, ledger %s; payable %s, on its way %s; held %s, ledger %s',
               b.share, b.share_posted, b.payable, b.on_its_way, b.held, b.held_posted),
                   b.payment_id
      FROM payments.payee_balances(p_tenant_id, p_payment_ids) AS b
     WHERE b.share <> b.share_posted OR b.payable <> b.on_its_way OR b.held <> b.held_posted
$$;
COMMENT ON FUNCTION payments.invariant_payment_money_conserved(uuid, uuid[]) IS
    'Breaches of M13: per payment the ledger has what was captured, what was given back is what '
    'refunds and losses took, share by share posted, and each payee has been paid, is owed and has '
    'held exactly what is left of its share.';
