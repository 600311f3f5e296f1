CREATE OR REPLACE FUNCTION payments.invariant_refused_is_not_applied(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', operation.id::text,
           format('%s was refused, its %s is %s', operation.kind, applied.object_type,
                  applied.status), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.stripe_operations AS operation
        ON operation.tenant_id = p_tenant_id AND operation.payment_id = named.id
     CROSS JOIN LATERAL (
        SELECT 'refund' AS object_type, refund.status FROM payments.payment_refunds AS refund
         WHERE operation.kind = 'refund' AND refund.tenant_id = p_tenant_id
           AND refund.id = operation.subject_id
           AND (refund.accepted_at IS NOT NULL OR refund.status NOT IN ('failed', 'canceled'))
        UNION ALL SELECT 'reversal', reversal.status FROM payments.transfer_reversals AS reversal
         WHERE operation.kind = 'reversal' AND reversal.tenant_id = p_tenant_id
           AND reversal.id = operation.subject_id
           AND reversal.status <> 'failed'
        UNION ALL SELECT 'payment', payment.status FROM payments.payment_transactions AS payment
         WHERE operation.kind = 'intent' AND payment.tenant_id = p_tenant_id
           AND payment.id = named.id
           AND payment.status NOT IN ('failed', 'blocked')
        UNION ALL SELECT 'answer', key.response_status::text FROM payments.idempotency_keys AS key
         WHERE key.tenant_id = p_tenant_id AND key.id = operation.idempotency_id
           AND key.response_status < 300) AS applied
     WHERE operation.state = 'failed'
$$;
COMMENT ON FUNCTION payments.invariant_refused_is_not_applied(uuid, uuid[]) IS
    'Breaches of M25: what Stripe refused is nowhere taken as done, neither in its row nor in the '
    'answer kept for the client. That a refused operation leaves the caller a way on is proven in '
    'tests/integration/test_api_payments.py.';
