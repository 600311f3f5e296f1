CREATE OR REPLACE FUNCTION api.transfer_get(p_tenant_id uuid, p_transfer_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN payments.document_found('transfer', payments.transfer_json(p_tenant_id, p_transfer_id));
END
$$;
COMMENT ON FUNCTION api.transfer_get(uuid,
                                     uuid) IS 'The API''s document of a transfer. Raises PY003, '
                                              'PY010.';
