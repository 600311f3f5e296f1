CREATE OR REPLACE FUNCTION api.refund_batch_get(p_tenant_id uuid, p_batch_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_document jsonb;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    v_document := payments.refund_batch_json(p_tenant_id, p_batch_id);
    IF v_document IS NULL THEN
        RAISE EXCEPTION 'no such refund batch' USING ERRCODE = 'PY010';
    END IF;
    RETURN v_document;
END
$$;
COMMENT ON FUNCTION api.refund_batch_get(uuid,
                                         uuid) IS 'The API''s document of an event''s '
                                                  'cancellation. Raises PY003, PY010.';
