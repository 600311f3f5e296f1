CREATE OR REPLACE FUNCTION payments.invariant_one_transfer_per_purpose(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', a.operation_id::text,
           format('Stripe ids %s', string_agg(DISTINCT a.provider_id, ', ')), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.payment_id = c.id
      JOIN payments.stripe_operation_attempts AS a ON a.tenant_id = p_tenant_id
       AND a.operation_id = o.id
     WHERE o.kind = 'transfer' AND a.outcome = 'succeeded'
     GROUP BY c.id, a.operation_id
    HAVING count(DISTINCT a.provider_id) > 1
$$;
COMMENT ON FUNCTION payments.invariant_one_transfer_per_purpose(uuid, uuid[]) IS
    'Breaches of M07: one Stripe transfer at most was ever seen for a payment, payee and purpose.';
