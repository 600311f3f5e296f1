CREATE OR REPLACE FUNCTION ops.refund_batch_stop(p_tenant_id uuid, p_batch_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    UPDATE payments.refund_batches AS b SET status = 'stopped', updated_at = payments.clock()
     WHERE b.tenant_id = p_tenant_id AND b.id = p_batch_id AND b.status = 'running';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such running batch' USING ERRCODE = 'PY010';
    END IF;
    PERFORM payments.audit_act(p_tenant_id, 'refund_batch_stop', p_batch_id::text);
END
$$;
COMMENT ON FUNCTION ops.refund_batch_stop(uuid, uuid) IS
    'Stops a cancellation; refunds already requested go on. Raises PY010, PY070. Example: SELECT '
    'ops.refund_batch_stop(''…'', ''…'');';
