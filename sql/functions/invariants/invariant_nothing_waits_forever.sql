CREATE OR REPLACE FUNCTION payments.invariant_nothing_waits_forever(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', o.id::text,
           format('%s until %s, held by %s', o.state, o.next_run_at, o.holds), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.payment_id = c.id
     WHERE o.state IN ('ready', 'leased', 'unknown')
       -- The longest wait there is, for a saved error of Stripe, is a day.
       AND (o.next_run_at > payments.clock() + interval '2 days'
            OR ('dispute' = ANY (o.holds) AND NOT payments.payment_frozen(p_tenant_id, c.id))
            OR ('review' = ANY (o.holds) AND NOT payments.payment_reviewed(p_tenant_id, c.id))
            OR ('payee_review' = ANY (o.holds) AND NOT payments.account_reviewed(p_tenant_id, (
                    SELECT t.connected_account_id FROM payments.stripe_transfers AS t
                     WHERE t.tenant_id = p_tenant_id AND t.id = o.subject_id)))
            OR ('payee_blocked' = ANY (o.holds)
                AND payments.payee_hold_forgotten(p_tenant_id, o.subject_id)))
    UNION ALL
    SELECT x.object_type, x.id::text, format('%s, and nothing is under way for it', x.status), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
     CROSS JOIN LATERAL (
        SELECT 'transfer' AS object_type, t.id, t.status FROM payments.stripe_transfers AS t
         WHERE t.tenant_id = p_tenant_id AND t.payment_id = c.id
           AND t.status IN ('pending', 'blocked')
        UNION ALL SELECT 'reversal', v.id, v.status FROM payments.stripe_transfers AS t
          JOIN payments.transfer_reversals AS v ON v.tenant_id = p_tenant_id
           AND v.transfer_id = t.id
         WHERE t.tenant_id = p_tenant_id AND t.payment_id = c.id
           AND (v.status = 'pending' OR (v.status = 'waiting'
                                         AND t.status NOT IN ('pending', 'blocked')))
        UNION ALL SELECT 'refund', r.id, r.status FROM payments.payment_refunds AS r
         WHERE r.tenant_id = p_tenant_id AND r.payment_id = c.id AND r.status = 'pending'
           AND r.accepted_at IS NULL) AS x
     WHERE NOT EXISTS (SELECT FROM payments.stripe_operations AS o
                        WHERE o.tenant_id = p_tenant_id AND o.subject_id = x.id
                          AND o.outcome IS NULL)
$$;
COMMENT ON FUNCTION payments.invariant_nothing_waits_forever(uuid, uuid[]) IS
    'Breaches of M22: nothing waits for what will never come: a call without an end, a hold whose '
    'reason is gone, money under way without a call. That a backlog drains is proven in '
    'tests/faults; what was given up is in ops.operations_stuck.';
