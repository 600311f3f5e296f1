CREATE OR REPLACE FUNCTION payments.invariant_times_are_in_order(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT changed.object_type, changed.id::text,
           format('created %s, then %s', changed.created_at, changed.later_at), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
     CROSS JOIN LATERAL (
        SELECT 'payment' AS object_type, payment.id, payment.created_at,
               least(payment.updated_at, payment.settled_at) AS later_at
          FROM payments.payment_transactions AS payment
         WHERE payment.tenant_id = p_tenant_id AND payment.id = named.id
        UNION ALL SELECT 'transfer', transfer.id, transfer.created_at,
                         least(transfer.updated_at, transfer.paid_at)
          FROM payments.stripe_transfers AS transfer WHERE transfer.tenant_id = p_tenant_id
           AND transfer.payment_id = named.id
        UNION ALL SELECT 'refund', refund.id, refund.created_at,
                         least(refund.updated_at, refund.accepted_at)
          FROM payments.payment_refunds AS refund
         WHERE refund.tenant_id = p_tenant_id AND refund.payment_id = named.id
        UNION ALL SELECT 'operation', operation.id, operation.created_at,
              least(operation.updated_at, operation.first_sent_at, operation.finished_at)
          FROM payments.stripe_operations AS operation WHERE operation.tenant_id = p_tenant_id
           AND operation.payment_id = named.id) AS changed
     -- A transaction notes the time before it waits for a lock: what it then changes can be younger
     -- by that wait.
     WHERE changed.later_at < changed.created_at - interval '1 minute'
$$;
COMMENT ON FUNCTION payments.invariant_times_are_in_order(uuid, uuid[]) IS
    'Breaches of M26: nothing happened to a row before it was made. That leases and due times are '
    'the database''s is proven in tests/faults/test_worker.py.';
