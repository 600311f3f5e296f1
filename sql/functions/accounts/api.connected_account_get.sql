CREATE OR REPLACE FUNCTION api.connected_account_get(p_tenant_id uuid, p_account_id uuid)
    RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN payments.document_found('connected account',
                                   payments.connected_account_json(p_tenant_id, p_account_id));
END
$$;
COMMENT ON FUNCTION api.connected_account_get(uuid,
                                              uuid) IS 'The API''s document of a connected '
                                                       'account. Raises PY003, PY010.';
