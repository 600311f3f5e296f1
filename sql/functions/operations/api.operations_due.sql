-- owner: payments_system
CREATE OR REPLACE FUNCTION api.operations_due(p_limit integer)
    RETURNS TABLE (tenant_id uuid, due_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    -- One index probe per tenant, however long the tenants' queues are.
    RETURN QUERY
    WITH RECURSIVE busy AS (
        (SELECT o.tenant_id FROM payments.stripe_operations AS o
          WHERE o.state IN ('ready', 'leased', 'unknown') AND o.holds = '{}'
          ORDER BY o.tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT o.tenant_id FROM payments.stripe_operations AS o
                 WHERE o.state IN ('ready', 'leased', 'unknown') AND o.holds = '{}'
                   AND o.tenant_id > b.tenant_id
                 ORDER BY o.tenant_id LIMIT 1)
          FROM busy AS b WHERE b.tenant_id IS NOT NULL
    )
    SELECT b.tenant_id, d.next_run_at
      FROM busy AS b
     CROSS JOIN LATERAL (
        SELECT o.next_run_at FROM payments.stripe_operations AS o
         WHERE o.tenant_id = b.tenant_id AND o.state IN ('ready', 'leased', 'unknown')
           AND o.holds = '{}'
         ORDER BY o.next_run_at LIMIT 1) AS d
     WHERE d.next_run_at <= v_now
     ORDER BY d.next_run_at
     LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION api.operations_due(integer) IS
    'Tenants with operations due now, longest waiting first; the worker goes round them so that '
    'none starves another.';
