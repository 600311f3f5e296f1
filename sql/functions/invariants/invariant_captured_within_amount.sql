CREATE OR REPLACE FUNCTION payments.invariant_captured_within_amount(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', p.id::text,
           format('status %s, captured %s of %s', p.status, p.amount_captured, p.amount), c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id AND p.id = c.id
     WHERE (p.amount <= 0 OR p.amount_captured NOT BETWEEN 0 AND p.amount
            OR (p.status = 'succeeded') <> (p.settled_at IS NOT NULL))
$$;
COMMENT ON FUNCTION payments.invariant_captured_within_amount(uuid, uuid[]) IS
    'Breaches of M01: a payment''s amount is positive, what was captured stays within it, and it '
    'succeeded exactly when it was settled.';
