CREATE OR REPLACE FUNCTION api.payment_list(p_tenant_id uuid, p_filter jsonb, p_limit integer,
                                            p_cursor text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_after record;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    v_after := payments.cursor_decode(p_cursor);
    RETURN payments.page_of(ARRAY(
        SELECT payments.payment_json(p_tenant_id, p.id, false)
          FROM payments.payment_transactions AS p
         WHERE p.tenant_id = p_tenant_id
           AND (v_after.id IS NULL OR (p.created_at, p.id) < (v_after.created_at, v_after.id))
           AND (p_filter ->> 'orderId' IS NULL OR p.order_id = p_filter ->> 'orderId')
           AND (p_filter ->> 'customerId' IS NULL OR p.customer_id = p_filter ->> 'customerId')
           AND (p_filter ->> 'eventId' IS NULL OR p.show_id = p_filter ->> 'eventId')
           AND (p_filter ->> 'status' IS NULL OR p.status = p_filter ->> 'status')
           AND (p_filter ->> 'createdAfter' IS NULL
                OR p.created_at >= (p_filter ->> 'createdAfter')::timestamptz)
           AND (p_filter ->> 'createdBefore' IS NULL
                OR p.created_at < (p_filter ->> 'createdBefore')::timestamptz)
         ORDER BY p.created_at DESC, p.id DESC
         LIMIT p_limit + 1), p_limit);
END
$$;
COMMENT ON FUNCTION api.payment_list(uuid, jsonb, integer, text) IS
    'A page of a tenant''s payments, newest first: data, hasMore, nextCursor. Filter keys: '
    'orderId, customerId, eventId, status, createdAfter, createdBefore. Raises PY003, PY050.';
