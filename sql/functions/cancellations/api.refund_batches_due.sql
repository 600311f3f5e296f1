-- owner: payments_system
CREATE OR REPLACE FUNCTION api.refund_batches_due(p_limit integer) RETURNS TABLE (tenant_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    SELECT t.tenant_id FROM payments.tenants AS t
     WHERE EXISTS (SELECT i.tenant_id FROM payments.refund_batch_items AS i
                     JOIN payments.refund_batches AS b ON b.tenant_id = t.tenant_id
                      AND b.id = i.batch_id AND b.status = 'running'
                    WHERE i.tenant_id = t.tenant_id AND i.state = 'pending'
                      AND i.next_run_at <= v_now)
     LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION api.refund_batches_due(integer) IS
    'Tenants with canceled events, not stopped, whose refunds are still to be requested.';
