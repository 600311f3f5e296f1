CREATE OR REPLACE FUNCTION payments.aml_history(
    p_tenant_id uuid, p_payment_ids uuid[], p_requests jsonb[], p_now timestamptz
) RETURNS TABLE (payment_id uuid, currency text, amount bigint, paid_at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT i.id, i.n, i.r ->> 'customerId' AS customer, i.r ->> 'currency' AS currency,
               (i.r ->> 'amount')::bigint AS amount
          FROM unnest(p_payment_ids, p_requests) WITH ORDINALITY AS i (id, r, n)
         WHERE i.r ->> 'customerId' IS NOT NULL
    )
    SELECT asked.id, p.currency,
           CASE WHEN p.settled_at IS NULL THEN p.amount ELSE p.amount_captured END, p.created_at
      FROM asked
      JOIN payments.payment_transactions AS p
        ON p.tenant_id = p_tenant_id AND p.customer_id = asked.customer
           AND p.created_at > p_now - interval '30 days' AND p.id <> asked.id
     WHERE p.status IN ('processing', 'requires_capture', 'succeeded')
    UNION ALL
    -- The payment itself, and those of its customer that came with it.
    SELECT asked.id, beside.currency, beside.amount, p_now
      FROM asked JOIN asked AS beside ON beside.customer = asked.customer AND beside.n <= asked.n;
END
$$;
COMMENT ON FUNCTION payments.aml_history(uuid, uuid[], jsonb[], timestamptz) IS
    'For each payment with a customer: what that customer paid or authorised in the last 30 days, '
    'itself included; minor units.';
