CREATE OR REPLACE FUNCTION api.dispute_list(p_tenant_id uuid, p_filter jsonb, p_limit integer,
                                            p_cursor text DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_after record;
    v_rows jsonb;
    v_next text;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    v_after := payments.cursor_decode(p_cursor);
    WITH page AS (
        SELECT d.id, d.created_at, row_number() OVER (ORDER BY d.created_at DESC,
                                                      d.id DESC) AS place
          FROM payments.disputes AS d
         WHERE d.tenant_id = p_tenant_id
           AND (v_after.id IS NULL OR (d.created_at, d.id) < (v_after.created_at, v_after.id))
           AND (p_filter ->> 'paymentId' IS NULL OR d.payment_id = (p_filter ->> 'paymentId')::uuid)
           AND (p_filter ->> 'status' IS NULL OR d.status = p_filter ->> 'status')
         ORDER BY d.created_at DESC, d.id DESC
         LIMIT p_limit + 1
    )
    SELECT coalesce(
        jsonb_agg(payments.dispute_json(p_tenant_id, g.id)
                  ORDER BY g.place) FILTER (WHERE g.place <= p_limit), '[]'),
           max(CASE WHEN g.place = p_limit THEN payments.cursor_encode(g.created_at, g.id) END)
               FILTER (WHERE (SELECT count(*) FROM page) > p_limit)
      INTO v_rows, v_next
      FROM page AS g;
    RETURN jsonb_build_object('data', v_rows, 'hasMore', v_next IS NOT NULL, 'nextCursor', v_next);
END
$$;
COMMENT ON FUNCTION api.dispute_list(uuid, jsonb, integer, text) IS
    'A page of a tenant''s disputes, newest first. Filter keys: paymentId, status. Raises PY003, '
    'PY050.';
