CREATE OR REPLACE FUNCTION payments.refund_batch_close(
    p_tenant_id uuid, p_batch_id uuid, p_now timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    UPDATE payments.refund_batches AS b
       SET status = 'finished', finished_at = p_now, updated_at = p_now
     WHERE b.tenant_id = p_tenant_id AND b.id = p_batch_id AND b.status = 'running'
       AND NOT EXISTS (SELECT FROM payments.refund_batch_items AS i
                        WHERE i.tenant_id = p_tenant_id AND i.batch_id = p_batch_id
                          AND i.state = 'pending')
$$;
COMMENT ON FUNCTION payments.refund_batch_close(uuid, uuid, timestamptz) IS
    'Marks a cancellation as finished once the refund of every item has been asked for or given '
    'up.';
