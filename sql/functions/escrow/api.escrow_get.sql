CREATE OR REPLACE FUNCTION api.escrow_get(p_tenant_id uuid, p_escrow_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN payments.document_found('escrow', payments.escrow_json(p_tenant_id, p_escrow_id));
END
$$;
COMMENT ON FUNCTION api.escrow_get(uuid,
                                   uuid) IS 'The API''s document of an escrow. Raises PY003, '
                                            'PY010.';
