-- owner: payments_system
CREATE OR REPLACE FUNCTION api.escrows_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    SELECT t.tenant_id FROM payments.tenants AS t
     WHERE EXISTS (SELECT e.tenant_id FROM payments.escrows AS e
                    WHERE e.tenant_id = t.tenant_id AND e.status IN ('held', 'partially_released')
                      AND e.hold_until <= v_now
                      AND NOT EXISTS (SELECT c.tenant_id FROM payments.escrow_conditions AS c
                                       WHERE c.tenant_id = t.tenant_id AND c.escrow_id = e.id
                                         AND c.confirmed_at IS NULL)
                      -- As payment_refunding says.
                      AND NOT EXISTS (SELECT r.tenant_id FROM payments.payment_refunds AS r
                                       WHERE r.tenant_id = t.tenant_id
                                         AND r.payment_id = e.payment_id
                                         AND r.status = 'pending' AND r.accepted_at IS NULL))
     LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION api.escrows_due(integer) IS
    'Tenants with escrows that escrows_release_due would release: time come, conditions confirmed, '
    'no refund on its way.';
