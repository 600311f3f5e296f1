CREATE OR REPLACE FUNCTION ops.refund_batch_failures(p_tenant_id uuid, p_batch_id uuid)
RETURNS TABLE (payment_id uuid, error text, attempts integer, failed_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT i.payment_id, i.error, i.attempts, i.updated_at FROM payments.refund_batch_items AS i
     WHERE i.tenant_id = p_tenant_id AND i.batch_id = p_batch_id AND i.state = 'failed'
     ORDER BY i.updated_at, i.payment_id;
END
$$;
COMMENT ON FUNCTION ops.refund_batch_failures(uuid, uuid) IS
    'The payments of a canceled event that were not refunded, and why; refund_batch_resume tries '
    'them again. Raises PY070. Example: SELECT * FROM ops.refund_batch_failures(''…'', ''…'');';
