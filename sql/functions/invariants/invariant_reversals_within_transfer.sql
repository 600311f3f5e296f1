CREATE OR REPLACE FUNCTION payments.invariant_reversals_within_transfer(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'transfer', transfer.id::text,
           format('reversed %s of %s', transfer.amount_reversed, transfer.amount), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.stripe_transfers AS transfer
        ON transfer.tenant_id = p_tenant_id AND transfer.payment_id = named.id
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(reversal.amount)
                        FILTER (WHERE reversal.status = 'succeeded'), 0) AS done,
               coalesce(sum(reversal.amount)
                        FILTER (WHERE reversal.status IN ('waiting', 'pending')), 0) AS open
          FROM payments.transfer_reversals AS reversal WHERE reversal.tenant_id = p_tenant_id
           AND reversal.transfer_id = transfer.id) AS sums
     WHERE (sums.done + sums.open > transfer.amount OR sums.done <> transfer.amount_reversed
            OR sums.open <> transfer.amount_reversal_pending)
$$;
COMMENT ON FUNCTION payments.invariant_reversals_within_transfer(uuid, uuid[]) IS
    'Breaches of M05: what was reversed of a transfer, or is about to be, stays within it, and the '
    'sums on the transfer are those of its reversals.';
