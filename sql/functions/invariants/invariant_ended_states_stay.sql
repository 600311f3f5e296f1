CREATE OR REPLACE FUNCTION payments.invariant_ended_states_stay(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', o.id::text,
           format('%s, but its last attempt that counted %s', o.state,
                  coalesce(a.outcome, 'is missing')), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.payment_id = c.id
      LEFT JOIN LATERAL (
        SELECT x.outcome FROM payments.stripe_operation_attempts AS x
         WHERE x.tenant_id = p_tenant_id AND x.operation_id = o.id AND x.applied
         ORDER BY x.lease_epoch DESC LIMIT 1) AS a ON true
     -- A transfer made smaller, and what an operator called off, end as failed without having been
     -- sent.
     WHERE o.outcome IS DISTINCT FROM a.outcome AND o.outcome IS NOT NULL
       AND coalesce(o.last_error_code, '') NOT IN ('superseded', 'canceled_by_operator')
    UNION ALL
    SELECT 'transfer', t.id::text,
           format('%s, paid %s, reversed %s', t.status, t.paid_at, t.amount_reversed), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.stripe_transfers AS t ON t.tenant_id = p_tenant_id AND t.payment_id = c.id
     WHERE (t.status IN ('paid', 'partially_reversed', 'reversed')) <> (t.paid_at IS NOT NULL)
        OR (t.status IN ('partially_reversed', 'reversed')) <> (t.amount_reversed > 0)
        OR (t.status = 'reversed') <> (t.amount_reversed = t.amount)
$$;
COMMENT ON FUNCTION payments.invariant_ended_states_stay(uuid, uuid[]) IS
    'Breaches of M15: what has ended stays as it ended: no attempt counts after an operation''s '
    'end, and no transfer is further or less far than its money. That no other step is possible is '
    'the trigger state_guard''s, proven in sql/tests/platform/state_guard.sql.';
