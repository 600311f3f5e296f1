-- One item a call and a transaction: a bad payment fails alone, and a crash loses no more than the
-- item at hand, which derives the same refund when it comes again. A payment that somebody else has
-- locked is passed over.
CREATE OR REPLACE FUNCTION api.refund_batch_advance(p_tenant_id uuid)
RETURNS TABLE (item_id uuid, enqueued integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_item payments.refund_batch_items;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    SELECT i.* INTO v_item
      FROM payments.refund_batch_items AS i
      JOIN payments.refund_batches AS b ON b.tenant_id = p_tenant_id AND b.id = i.batch_id
       AND b.status = 'running'
      JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id AND p.id = i.payment_id
     WHERE i.tenant_id = p_tenant_id AND i.state = 'pending' AND i.next_run_at <= v_now
     ORDER BY i.next_run_at LIMIT 1
       FOR NO KEY UPDATE OF i, p SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    item_id := v_item.id;
    enqueued := payments.refund_batch_item_run(v_item, v_now);
    PERFORM payments.refund_batch_close(p_tenant_id, v_item.batch_id, v_now);
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION api.refund_batch_advance(uuid) IS
    'Requests the refund of the next item of a tenant''s canceled events, or has it canceled when '
    'it was only authorised; no row: nothing is due. A payment that cannot be refunded fails '
    'alone. Raises PY001, PY002.';
