-- One item a call and a transaction: a bad payment fails alone, and a crash loses no more than the item at hand, which
-- derives the same refund when it comes again.
CREATE OR REPLACE FUNCTION api.refund_batch_advance(p_tenant_id uuid) RETURNS TABLE (item_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_item record;
    v_refund_id uuid;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    SELECT i.id, i.batch_id, i.payment_id, i.attempts, b.created_by INTO v_item
      FROM payments.refund_batch_items AS i
      JOIN payments.refund_batches AS b ON b.tenant_id = p_tenant_id AND b.id = i.batch_id AND b.status = 'running'
     WHERE i.tenant_id = p_tenant_id AND i.state = 'pending' AND i.next_run_at <= v_now
     ORDER BY i.next_run_at LIMIT 1
       FOR NO KEY UPDATE OF i SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    item_id := v_item.id;
    enqueued := 0;
    -- A refund that failed stays as it was; the next attempt is another one.
    v_refund_id := payments.id_derive(p_tenant_id, 'refund', VARIADIC ARRAY['batch', v_item.batch_id::text, v_item.payment_id::text]
        || CASE WHEN v_item.attempts > 0 THEN ARRAY[v_item.attempts::text] ELSE '{}' END);
    BEGIN
        PERFORM payments.refund_request(p_tenant_id, v_refund_id, v_item.payment_id, NULL, 'event_cancelled', NULL, NULL, 'batch',
            v_item.created_by, NULL, NULL, NULL);
        UPDATE payments.refund_batch_items AS i SET state = 'requested', refund_id = v_refund_id, error = NULL, updated_at = v_now
         WHERE i.tenant_id = p_tenant_id AND i.id = v_item.id;
        enqueued := 1;
    EXCEPTION
        WHEN SQLSTATE 'PY051' THEN
            UPDATE payments.refund_batch_items AS i SET state = 'skipped', error = 'nothing left to refund', updated_at = v_now
             WHERE i.tenant_id = p_tenant_id AND i.id = v_item.id;
        WHEN SQLSTATE 'PY052' OR SQLSTATE 'PY053' THEN
            UPDATE payments.refund_batch_items AS i SET state = 'failed', error = SQLERRM, attempts = i.attempts + 1, updated_at = v_now
             WHERE i.tenant_id = p_tenant_id AND i.id = v_item.id;
    END;
    PERFORM payments.refund_batch_close(p_tenant_id, v_item.batch_id, v_now);
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION api.refund_batch_advance(uuid) IS
    'Requests the refund of the next item of a tenant''s cancelled events; no row: nothing is due. A payment that cannot be refunded fails alone. Raises PY001, PY002.';
