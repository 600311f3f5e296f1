CREATE OR REPLACE FUNCTION payments.invariant_ended_states_stay(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', operation.id::text,
           format('%s, but its last attempt that counted %s', operation.state,
                  coalesce(last.outcome, 'is missing')), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.stripe_operations AS operation
        ON operation.tenant_id = p_tenant_id AND operation.payment_id = named.id
      LEFT JOIN LATERAL (
        SELECT attempt.outcome FROM payments.stripe_operation_attempts AS attempt
         WHERE attempt.tenant_id = p_tenant_id AND attempt.operation_id = operation.id
           AND attempt.applied
         ORDER BY attempt.lease_epoch DESC LIMIT 1) AS last ON true
     -- A transfer made smaller, and what an operator called off, end as failed without having been
     -- sent.
     WHERE operation.outcome IS DISTINCT FROM last.outcome AND operation.outcome IS NOT NULL
       AND coalesce(operation.last_error_code, '') NOT IN ('superseded', 'canceled_by_operator')
    UNION ALL
    SELECT 'transfer', transfer.id::text,
           format('%s, paid %s, reversed %s', transfer.status, transfer.paid_at,
                  transfer.amount_reversed), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.stripe_transfers AS transfer
        ON transfer.tenant_id = p_tenant_id AND transfer.payment_id = named.id
     WHERE (transfer.status IN ('paid', 'partially_reversed',
                                'reversed')) <> (transfer.paid_at IS NOT NULL)
        OR (transfer.status IN ('partially_reversed', 'reversed')) <> (transfer.amount_reversed > 0)
        OR (transfer.status = 'reversed') <> (transfer.amount_reversed = transfer.amount)
$$;
COMMENT ON FUNCTION payments.invariant_ended_states_stay(uuid, uuid[]) IS
    'Breaches of M15: what has ended stays as it ended: no attempt counts after an operation''s '
    'end, and no transfer is further or less far than its money. That no other step is possible is '
    'the trigger state_guard''s, proven in sql/tests/platform/state_guard.sql.';
