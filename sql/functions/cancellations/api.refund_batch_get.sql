CREATE OR REPLACE FUNCTION api.refund_batch_get(p_tenant_id uuid, p_batch_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN payments.document_found('refund batch',
                                   payments.refund_batch_json(p_tenant_id, p_batch_id));
END
$$;
COMMENT ON FUNCTION api.refund_batch_get(uuid,
                                         uuid) IS 'The API''s document of an event''s '
                                                  'cancellation. Raises PY003, PY010.';
