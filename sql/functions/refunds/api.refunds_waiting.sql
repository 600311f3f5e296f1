CREATE OR REPLACE FUNCTION api.refunds_waiting(p_tenant_id uuid)
RETURNS TABLE (currency text, refunds bigint, amount numeric)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    RETURN QUERY
    SELECT r.currency, count(*), sum(r.amount) FROM payments.payment_refunds AS r
     WHERE r.tenant_id = p_tenant_id AND r.pending_reason = 'insufficient_funds'
     GROUP BY r.currency;
END
$$;
COMMENT ON FUNCTION api.refunds_waiting(uuid) IS
    'Refunds of a tenant that Stripe holds until the platform''s balance covers them, by currency: '
    'how many, and minor units. Raises PY001, PY002.';
