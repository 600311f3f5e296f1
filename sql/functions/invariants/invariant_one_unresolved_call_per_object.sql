CREATE OR REPLACE FUNCTION payments.invariant_one_unresolved_call_per_object(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', min(o.id::text), format('%s unresolved calls on %s', count(*), o.lock_key),
           c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.payment_id = c.id
     WHERE o.first_sent_at IS NOT NULL AND o.outcome IS NULL
     GROUP BY c.id, o.lock_key
    HAVING count(*) > 1
$$;
COMMENT ON FUNCTION payments.invariant_one_unresolved_call_per_object(uuid, uuid[]) IS
    'Breaches of M20: an object has one call at most that was sent and is not resolved. The unique '
    'index stripe_operations_unresolved sees to it at the fence; sql/tests/structure.sql holds its '
    'text.';
