CREATE OR REPLACE FUNCTION api.review_list(p_tenant_id uuid, p_filter jsonb, p_limit integer,
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
        SELECT payments.review_json(p_tenant_id, r.id)
          FROM payments.reviews AS r
         WHERE r.tenant_id = p_tenant_id
           AND (v_after.id IS NULL OR (r.created_at, r.id) < (v_after.created_at, v_after.id))
           AND (p_filter ->> 'status' IS NULL OR r.status = p_filter ->> 'status')
           AND (p_filter ->> 'kind' IS NULL OR r.kind = p_filter ->> 'kind')
           AND (p_filter ->> 'paymentId' IS NULL OR r.payment_id = (p_filter ->> 'paymentId')::uuid)
         ORDER BY r.created_at DESC, r.id DESC
         LIMIT p_limit + 1), p_limit);
END
$$;
COMMENT ON FUNCTION api.review_list(uuid, jsonb, integer, text) IS
    'A page of a tenant''s reviews, newest first. Filter keys: status, kind, paymentId. Raises '
    'PY003, PY050.';
