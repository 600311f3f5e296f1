CREATE OR REPLACE FUNCTION payments.invariant_one_intent_per_key(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', attempt.operation_id::text,
           format('Stripe ids %s', string_agg(DISTINCT attempt.provider_id, ', ')), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.stripe_operations AS operation
        ON operation.tenant_id = p_tenant_id AND operation.payment_id = named.id
      JOIN payments.stripe_operation_attempts AS attempt
        ON attempt.tenant_id = p_tenant_id AND attempt.operation_id = operation.id
     WHERE operation.kind = 'intent' AND attempt.outcome = 'succeeded'
     GROUP BY named.id, attempt.operation_id
    HAVING count(DISTINCT attempt.provider_id) > 1
$$;
COMMENT ON FUNCTION payments.invariant_one_intent_per_key(uuid, uuid[]) IS
    'Breaches of M08: one payment and one Stripe payment intent at most belong to a client''s '
    'idempotency key.';
