CREATE OR REPLACE FUNCTION payments.invariant_each_lease_counts_once(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', operation.id::text,
           format('lease %s of %s counted %s times', attempt.lease_epoch, operation.lease_epoch,
                  count(*)), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.stripe_operations AS operation
        ON operation.tenant_id = p_tenant_id AND operation.payment_id = named.id
      JOIN payments.stripe_operation_attempts AS attempt ON attempt.tenant_id = p_tenant_id
       AND attempt.operation_id = operation.id AND attempt.applied
     GROUP BY named.id, operation.id, operation.lease_epoch, attempt.lease_epoch
    HAVING count(*) > 1 OR attempt.lease_epoch > operation.lease_epoch
$$;
COMMENT ON FUNCTION payments.invariant_each_lease_counts_once(uuid, uuid[]) IS
    'Breaches of M21: each lease of an operation has counted once at most, and none that was never '
    'given out. That a stale worker changes nothing is proven in '
    'tests/faults/test_exactly_once.py and sql/tests/operations/operations_record.sql.';
