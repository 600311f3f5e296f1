CREATE OR REPLACE FUNCTION payments.invariant_refused_is_not_applied(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'operation', o.id::text,
           format('%s was refused, its %s is %s', o.kind, f.object_type, f.status), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.payment_id = c.id
     CROSS JOIN LATERAL (
        SELECT 'refund' AS object_type, r.status FROM payments.payment_refunds AS r
         WHERE o.kind = 'refund' AND r.tenant_id = p_tenant_id AND r.id = o.subject_id
           AND (r.accepted_at IS NOT NULL OR r.status NOT IN ('failed', 'canceled'))
        UNION ALL SELECT 'reversal', v.status FROM payments.transfer_reversals AS v
         WHERE o.kind = 'reversal' AND v.tenant_id = p_tenant_id AND v.id = o.subject_id
           AND v.status <> 'failed'
        UNION ALL SELECT 'payment', p.status FROM payments.payment_transactions AS p
         WHERE o.kind = 'intent' AND p.tenant_id = p_tenant_id AND p.id = c.id
           AND p.status NOT IN ('failed', 'blocked')
        UNION ALL SELECT 'answer', k.response_status::text FROM payments.idempotency_keys AS k
         WHERE k.tenant_id = p_tenant_id AND k.id = o.idempotency_id
           AND k.response_status < 300) AS f
     WHERE o.state = 'failed'
$$;
COMMENT ON FUNCTION payments.invariant_refused_is_not_applied(uuid, uuid[]) IS
    'Breaches of M25: what Stripe refused is nowhere taken as done, neither in its row nor in the '
    'answer kept for the client. That a refused operation leaves the caller a way on is proven in '
    'tests/integration/test_api_payments.py.';
