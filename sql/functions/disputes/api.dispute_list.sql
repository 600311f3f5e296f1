CREATE OR REPLACE FUNCTION api.dispute_list(p_tenant_id uuid, p_filter jsonb, p_limit integer,
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
        SELECT payments.dispute_json(p_tenant_id, d.id)
          FROM payments.disputes AS d
         WHERE d.tenant_id = p_tenant_id
           AND (v_after.id IS NULL OR (d.created_at, d.id) < (v_after.created_at, v_after.id))
           AND (p_filter ->> 'paymentId' IS NULL OR d.payment_id = (p_filter ->> 'paymentId')::uuid)
           AND (p_filter ->> 'status' IS NULL OR d.status = p_filter ->> 'status')
         ORDER BY d.created_at DESC, d.id DESC
         LIMIT p_limit + 1), p_limit);
END
$$;
COMMENT ON FUNCTION api.dispute_list(uuid, jsonb, integer, text) IS
    'A page of a tenant''s disputes, newest first. Filter keys: paymentId, status. Raises PY003, '
    'PY050.';
