CREATE OR REPLACE FUNCTION payments.refund_batch_item_fail(
    p_tenant_id uuid, p_refund_id uuid, p_error text, p_now timestamptz
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    UPDATE payments.refund_batch_items AS i
       SET state = 'failed', error = coalesce(p_error, 'refund failed'), attempts = i.attempts + 1,
           updated_at = p_now
     WHERE i.tenant_id = p_tenant_id AND i.refund_id = p_refund_id AND i.state = 'requested'
$$;
COMMENT ON FUNCTION payments.refund_batch_item_fail(uuid, uuid, text, timestamptz) IS
    'The refund of a canceled event''s payment has failed: its item has, too, with the reason, '
    'until refund_batch_resume tries it again.';
