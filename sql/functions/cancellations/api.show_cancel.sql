CREATE OR REPLACE FUNCTION api.show_cancel(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea, p_show_id text,
    p_request jsonb, p_lease_seconds numeric, p_trace_context text DEFAULT NULL,
    p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_batch_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'refund_batch', p_subject,
                                                   p_idempotency_key);
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'events.cancel', p_idempotency_key, p_fingerprint, NULL, p_show_id,
        p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    PERFORM payments.idempotency_unspent(EXISTS (
        SELECT FROM payments.refund_batches AS b WHERE b.tenant_id = p_tenant_id
           AND b.id = v_batch_id));
    INSERT INTO payments.refund_batches (tenant_id, id, show_id, reason, status, total, created_by,
                                         started_at, updated_at)
    VALUES (p_tenant_id, v_batch_id, p_show_id, p_request ->> 'reason', 'running', 0, p_subject,
            v_now, v_now);
    PERFORM payments.refund_batch_plan(p_tenant_id, v_batch_id, v_now);
    PERFORM payments.refund_batch_close(p_tenant_id, v_batch_id, v_now);
    RETURN QUERY SELECT * FROM payments.idempotency_store(
        p_tenant_id, p_subject, 'events.cancel', p_idempotency_key, 202,
        payments.refund_batch_json(p_tenant_id, v_batch_id));
END
$$;
COMMENT ON FUNCTION api.show_cancel(uuid, text, text, bytea, text, jsonb, numeric, text, jsonb) IS
    'Plans the refund of every captured payment of an event, and the cancellation of every '
    'authorised one; the worker carries it out. Returns the batch. Raises PY003, PY040.';
