CREATE OR REPLACE FUNCTION api.refund_get(p_tenant_id uuid, p_refund_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN payments.document_found('refund', payments.refund_json(p_tenant_id, p_refund_id));
END
$$;
COMMENT ON FUNCTION api.refund_get(uuid,
                                   uuid) IS 'The API''s document of a refund. Raises PY003, PY010.';
