CREATE OR REPLACE FUNCTION payments.invariant_nothing_waits_forever(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', operation.id::text,
           format('%s until %s, held by %s', operation.state, operation.next_run_at,
                  operation.holds), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.stripe_operations AS operation
        ON operation.tenant_id = p_tenant_id AND operation.payment_id = named.id
     WHERE operation.state IN ('ready', 'leased', 'unknown')
       -- The longest wait there is, for a saved error of Stripe, is a day.
       AND (operation.next_run_at > payments.clock() + interval '2 days'
            OR ('dispute' = ANY (operation.holds)
                AND NOT payments.payment_frozen(p_tenant_id, named.id))
            OR ('review' = ANY (operation.holds)
                AND NOT payments.payment_reviewed(p_tenant_id, named.id))
            OR ('payee_review' = ANY (operation.holds)
                AND NOT payments.account_reviewed(p_tenant_id, (
                    SELECT transfer.connected_account_id FROM payments.stripe_transfers AS transfer
                     WHERE transfer.tenant_id = p_tenant_id
                       AND transfer.id = operation.subject_id)))
            OR ('payee_blocked' = ANY (operation.holds)
                AND payments.payee_hold_forgotten(p_tenant_id, operation.subject_id)))
    UNION ALL
    SELECT waiting.object_type, waiting.id::text,
           format('%s, and nothing is under way for it', waiting.status), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
     CROSS JOIN LATERAL (
        SELECT 'transfer' AS object_type, transfer.id, transfer.status
          FROM payments.stripe_transfers AS transfer
         WHERE transfer.tenant_id = p_tenant_id AND transfer.payment_id = named.id
           AND transfer.status IN ('pending', 'blocked')
        UNION ALL SELECT 'reversal', reversal.id, reversal.status
          FROM payments.stripe_transfers AS transfer
          JOIN payments.transfer_reversals AS reversal
            ON reversal.tenant_id = p_tenant_id AND reversal.transfer_id = transfer.id
         WHERE transfer.tenant_id = p_tenant_id AND transfer.payment_id = named.id
           AND (reversal.status = 'pending' OR (reversal.status = 'waiting'
                                         AND transfer.status NOT IN ('pending', 'blocked')))
        UNION ALL SELECT 'refund', refund.id, refund.status FROM payments.payment_refunds AS refund
         WHERE refund.tenant_id = p_tenant_id AND refund.payment_id = named.id
           AND refund.status = 'pending'
           AND refund.accepted_at IS NULL) AS waiting
     WHERE NOT EXISTS (SELECT FROM payments.stripe_operations AS operation
                        WHERE operation.tenant_id = p_tenant_id
                          AND operation.subject_id = waiting.id
                          AND operation.outcome IS NULL)
$$;
COMMENT ON FUNCTION payments.invariant_nothing_waits_forever(uuid, uuid[]) IS
    'Breaches of M22: nothing waits for what will never come: a call without an end, a hold whose '
    'reason is gone, money under way without a call. That a backlog drains is proven in '
    'tests/faults; what was given up is in ops.operations_stuck.';
