CREATE OR REPLACE FUNCTION api.operations_outstanding(p_tenant_id uuid)
RETURNS TABLE (kind text, state text, currency text, operations bigint, amount numeric)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    RETURN QUERY
    SELECT o.kind, o.state, coalesce(o.request #>> '{params,currency}', p.currency, ''), count(*),
           sum(coalesce((o.request #>> '{params,amount}')::bigint,
                        (o.request #>> '{params,amount_to_capture}')::bigint,
                        CASE o.kind WHEN 'capture' THEN p.amount END, 0))
      FROM payments.stripe_operations AS o
      LEFT JOIN payments.payment_transactions AS p ON p.tenant_id = o.tenant_id
       AND p.id = o.payment_id
     WHERE o.tenant_id = p_tenant_id AND o.state IN ('unknown', 'dead')
     GROUP BY 1, 2, 3;
END
$$;
COMMENT ON FUNCTION api.operations_outstanding(uuid) IS
    'Unknown and dead operations of a tenant by kind, state and currency: how many, and the money '
    'they hold in minor units. Raises PY001, PY002.';
