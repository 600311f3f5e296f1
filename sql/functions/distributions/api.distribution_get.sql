CREATE OR REPLACE FUNCTION api.distribution_get(p_tenant_id uuid, p_distribution_id uuid)
    RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN payments.document_found('distribution',
                                   payments.distribution_json(p_tenant_id, p_distribution_id));
END
$$;
COMMENT ON FUNCTION api.distribution_get(uuid,
                                         uuid) IS 'One distribution with its transfers. Raises '
                                                  'PY003, PY010.';
