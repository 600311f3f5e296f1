-- What must not happen has happened: the worker's transaction for the next item was refused for a
-- reason that is none of ours.
CREATE OR REPLACE FUNCTION api.refund_batch_postpone(p_tenant_id uuid, p_reason text) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_item_id uuid;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    SELECT i.id INTO v_item_id
      FROM payments.refund_batch_items AS i
      JOIN payments.refund_batches AS b ON b.tenant_id = p_tenant_id AND b.id = i.batch_id
       AND b.status = 'running'
     WHERE i.tenant_id = p_tenant_id AND i.state = 'pending' AND i.next_run_at <= v_now
     ORDER BY i.next_run_at LIMIT 1
       FOR NO KEY UPDATE OF i SKIP LOCKED;
    UPDATE payments.refund_batch_items AS i
       SET next_run_at = v_now + interval '5 minutes', error = left(p_reason, 500),
           updated_at = v_now
     WHERE i.tenant_id = p_tenant_id AND i.id = v_item_id;
    RETURN v_item_id;
END
$$;
COMMENT ON FUNCTION api.refund_batch_postpone(uuid, text) IS
    'Puts the next item of a tenant''s canceled events off for five minutes, because of the error '
    'its turn ended with, so that it holds up nobody; returns it. Raises PY001, PY002.';
