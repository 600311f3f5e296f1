-- owner: payments_system
CREATE OR REPLACE FUNCTION api.refunds_waiting_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT t.tenant_id FROM payments.tenants AS t
     WHERE EXISTS (SELECT r.tenant_id FROM payments.payment_refunds AS r
                    WHERE r.tenant_id = t.tenant_id AND r.pending_reason = 'insufficient_funds')
     LIMIT p_limit
$$;
COMMENT ON FUNCTION api.refunds_waiting_due(integer) IS
    'Tenants with refunds that wait for the platform''s balance.';
