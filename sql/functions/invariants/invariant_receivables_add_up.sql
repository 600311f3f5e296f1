CREATE OR REPLACE FUNCTION payments.invariant_receivables_add_up(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'receivable', receivable.id::text,
           format('netted %s of %s, nettings say %s, ledger %s of %s', receivable.amount_netted,
                  receivable.amount, nettings.amount, ledger.netted, ledger.opened), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.receivables AS receivable
        ON receivable.tenant_id = p_tenant_id AND receivable.payment_id = named.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(netting.amount), 0) AS amount
          FROM payments.receivable_nettings AS netting
         WHERE netting.tenant_id = p_tenant_id
           AND netting.receivable_id = receivable.id) AS nettings
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(posting.amount)
                        FILTER (WHERE posting.cause_type = 'receivable'), 0) AS opened,
               coalesce(sum(posting.amount)
                        FILTER (WHERE posting.cause_type = 'netting'), 0) AS netted
          FROM payments.ledger_postings AS posting
         WHERE posting.tenant_id = p_tenant_id AND posting.cause_type IN ('receivable', 'netting')
           AND posting.cause_id IN (
               SELECT receivable.id UNION ALL
               SELECT netting.id FROM payments.receivable_nettings AS netting
                WHERE netting.tenant_id = p_tenant_id
                  AND netting.receivable_id = receivable.id)) AS ledger
     WHERE receivable.amount_netted > receivable.amount OR ledger.opened <> receivable.amount
        OR nettings.amount <> receivable.amount_netted OR nettings.amount <> ledger.netted
    UNION ALL
    SELECT 'receivable', receivable.id::text,
           format('of %s netted %s, reversed %s, %s under way; reversals say %s and %s',
                  receivable.amount, receivable.amount_netted, receivable.amount_reversed,
                  receivable.amount_reversing, reversals.done, reversals.open), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.receivables AS receivable
        ON receivable.tenant_id = p_tenant_id AND receivable.payment_id = named.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(reversal.amount) FILTER (WHERE reversal.status = 'succeeded'), 0)
               AS done, coalesce(sum(reversal.amount)
                        FILTER (WHERE reversal.status IN ('waiting', 'pending')), 0) AS open
          FROM generate_series(1, receivable.retries) AS retry (number)
          JOIN payments.transfer_reversals AS reversal
            ON reversal.tenant_id = p_tenant_id AND reversal.cause_type = 'receivable'
           AND reversal.cause_id = payments.receivable_retry_id(p_tenant_id, receivable.id,
                                                                retry.number)) AS reversals
     WHERE receivable.amount_reversed <> reversals.done
        OR receivable.amount_reversing <> reversals.open
        OR receivable.amount_netted + receivable.amount_reversed + receivable.amount_reversing
           > receivable.amount
    UNION ALL
    SELECT 'reversal', reversal.id::text,
           format('shortfall %s without its receivable', reversal.shortfall), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.stripe_transfers AS transfer
        ON transfer.tenant_id = p_tenant_id AND transfer.payment_id = named.id
      JOIN payments.transfer_reversals AS reversal
        ON reversal.tenant_id = p_tenant_id AND reversal.transfer_id = transfer.id
     WHERE reversal.shortfall > 0
       AND NOT EXISTS (
           SELECT FROM payments.receivables AS receivable
            WHERE receivable.tenant_id = p_tenant_id AND receivable.cause_type = 'reversal'
              AND receivable.cause_id = reversal.id AND receivable.amount = reversal.shortfall)
$$;
COMMENT ON FUNCTION payments.invariant_receivables_add_up(uuid, uuid[]) IS
    'Breaches of M14: what a payee owes is what reversals fell short of, less what was netted or '
    'came back by a repeated reversal, no unit both ways, and the ledger agrees.';
