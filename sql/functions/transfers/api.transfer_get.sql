CREATE OR REPLACE FUNCTION api.transfer_get(p_tenant_id uuid, p_transfer_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_document jsonb;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    v_document := payments.transfer_json(p_tenant_id, p_transfer_id);
    IF v_document IS NULL THEN
        RAISE EXCEPTION 'no such transfer' USING ERRCODE = 'PY010';
    END IF;
    RETURN v_document;
END
$$;
COMMENT ON FUNCTION api.transfer_get(uuid,
                                     uuid) IS 'The API''s document of a transfer. Raises PY003, '
                                              'PY010.';
