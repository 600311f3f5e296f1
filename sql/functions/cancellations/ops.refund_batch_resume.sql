CREATE OR REPLACE FUNCTION ops.refund_batch_resume(p_tenant_id uuid, p_batch_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    UPDATE payments.refund_batch_items AS i
       SET state = 'pending', refund_id = NULL, next_run_at = v_now, updated_at = v_now
     WHERE i.tenant_id = p_tenant_id AND i.batch_id = p_batch_id AND i.state = 'failed';
    UPDATE payments.refund_batches AS b
       SET status = 'running', finished_at = NULL, updated_at = v_now
     WHERE b.tenant_id = p_tenant_id AND b.id = p_batch_id AND b.status IN ('stopped', 'finished');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such stopped or finished batch' USING ERRCODE = 'PY010';
    END IF;
    PERFORM payments.refund_batch_plan(p_tenant_id, p_batch_id, v_now);
    PERFORM payments.refund_batch_close(p_tenant_id, p_batch_id, v_now);
    PERFORM payments.audit_act(p_tenant_id, 'refund_batch_resume', p_batch_id::text);
END
$$;
COMMENT ON FUNCTION ops.refund_batch_resume(uuid, uuid) IS
    'Goes on with a stopped cancellation, tries the failed items of a finished one again, and '
    'takes in payments of the event that have succeeded since. Raises PY010, PY070. Example: '
    'SELECT ops.refund_batch_resume(''…'', ''…'');';
