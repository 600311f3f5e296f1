CREATE OR REPLACE FUNCTION api.dispute_get(p_tenant_id uuid, p_dispute_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN payments.document_found('dispute', payments.dispute_json(p_tenant_id, p_dispute_id));
END
$$;
COMMENT ON FUNCTION api.dispute_get(uuid,
                                    uuid) IS 'The API''s document of a dispute. Raises PY003, '
                                             'PY010.';
