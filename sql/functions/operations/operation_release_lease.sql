CREATE OR REPLACE FUNCTION payments.operation_release_lease(
    p_tenant_id uuid, p_operation_id uuid, p_lease_epoch bigint, p_delay interval
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_rows integer;
BEGIN
    UPDATE payments.stripe_operations AS o
       SET state = CASE WHEN o.first_sent_at IS NULL THEN 'ready' ELSE 'unknown' END,
           leased_by = NULL, next_run_at = v_now + p_delay, updated_at = v_now
     WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id AND o.lease_epoch = p_lease_epoch
       AND o.state = 'leased';
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END
$$;
COMMENT ON FUNCTION payments.operation_release_lease(uuid, uuid, bigint, interval) IS
    'Returns a leased operation to the queue, due after p_delay; 1 when the lease still held, else '
    '0.';
