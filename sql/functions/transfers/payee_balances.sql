CREATE OR REPLACE FUNCTION payments.payee_balances(p_tenant_id uuid, p_payment_ids uuid[])
RETURNS TABLE (payment_id uuid, recipient_type text, recipient_id text, share bigint,
               share_posted numeric, payable numeric, on_its_way numeric, held bigint,
               held_posted numeric)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    WITH leg AS (
        SELECT s.payment_id, s.recipient_type, s.recipient_id, s.amount,
               payments.ledger_account_id(p_tenant_id, 'payee_payable', s.recipient_type,
                                          s.recipient_id, s.currency) AS payable_id,
               payments.ledger_account_id(p_tenant_id, 'payee_held', s.recipient_type,
                                          s.recipient_id, s.currency) AS held_id
          FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
          JOIN payments.payment_splits AS s ON s.tenant_id = p_tenant_id AND s.payment_id = c.id
         WHERE s.recipient_type <> 'platform' AND s.amount IS NOT NULL
    )
    SELECT l.payment_id, l.recipient_type, l.recipient_id, l.amount, g.share, g.payable,
           coalesce((SELECT sum(t.amount) FROM payments.stripe_transfers AS t
                      WHERE t.tenant_id = p_tenant_id AND t.payment_id = l.payment_id
                        AND t.recipient_type = l.recipient_type
                        AND t.recipient_id = l.recipient_id
                        AND t.status IN ('pending', 'blocked', 'failed')), 0)
         - coalesce((SELECT sum(v.amount) FROM payments.stripe_transfers AS t
                       JOIN payments.transfer_reversals AS v ON v.tenant_id = p_tenant_id
                        AND v.transfer_id = t.id
                      WHERE t.tenant_id = p_tenant_id AND t.payment_id = l.payment_id
                        AND t.recipient_type = l.recipient_type
                        AND t.recipient_id = l.recipient_id AND v.status IN ('waiting', 'pending')
                        AND v.cause_type <> 'receivable'), 0),
           coalesce((SELECT e.held_amount FROM payments.escrows AS e
                      WHERE e.tenant_id = p_tenant_id AND e.payment_id = l.payment_id
                        AND e.recipient_type = l.recipient_type
                        AND e.recipient_id = l.recipient_id), 0),
           g.held
      FROM leg AS l
     CROSS JOIN LATERAL (
        SELECT coalesce(
            sum(x.amount) FILTER (WHERE x.account_id = l.payable_id
                                  AND x.cause_type IN ('capture', 'distribution')), 0) AS share,
               coalesce(sum(x.amount) FILTER (WHERE x.account_id = l.payable_id), 0) AS payable,
               coalesce(sum(x.amount) FILTER (WHERE x.account_id = l.held_id), 0) AS held
          FROM payments.ledger_postings AS p
         CROSS JOIN LATERAL (VALUES (p.credit_account_id, p.amount, p.cause_type),
                                    (p.debit_account_id, -p.amount, p.cause_type))
               AS x (account_id, amount, cause_type)
         WHERE p.tenant_id = p_tenant_id AND p.payment_id = l.payment_id) AS g
$$;
COMMENT ON FUNCTION payments.payee_balances(uuid, uuid[]) IS
    'Each payee of the settled payments named (null: all of the tenant): its share beside what was '
    'posted as its share, what the ledger says it is still owed beside its transfers and reversals '
    'under way, and what its hold has beside the ledger. Minor units.';
