-- owner: payments_system
CREATE OR REPLACE FUNCTION api.receivables_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    SELECT t.tenant_id FROM payments.tenants AS t
     WHERE EXISTS (SELECT d.tenant_id FROM payments.receivables AS d
                    WHERE d.tenant_id = t.tenant_id AND d.next_retry_at <= v_now)
     LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION api.receivables_due(integer) IS
    'Tenants with debts of payees to be asked for again.';
