CREATE OR REPLACE FUNCTION payments.invariant_each_lease_counts_once(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', o.id::text,
           format('lease %s of %s counted %s times', a.lease_epoch, o.lease_epoch, count(*)), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.payment_id = c.id
      JOIN payments.stripe_operation_attempts AS a ON a.tenant_id = p_tenant_id
       AND a.operation_id = o.id AND a.applied
     GROUP BY c.id, o.id, o.lease_epoch, a.lease_epoch
    HAVING count(*) > 1 OR a.lease_epoch > o.lease_epoch
$$;
COMMENT ON FUNCTION payments.invariant_each_lease_counts_once(uuid, uuid[]) IS
    'Breaches of M21: each lease of an operation has counted once at most, and none that was never '
    'given out. That a stale worker changes nothing is proven in '
    'tests/faults/test_exactly_once.py and sql/tests/operations/operation_record.sql.';
