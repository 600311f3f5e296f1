CREATE OR REPLACE FUNCTION api.payment_get(p_tenant_id uuid, p_payment_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN payments.document_found('payment',
                                   payments.payment_json(p_tenant_id, p_payment_id, false));
END
$$;
COMMENT ON FUNCTION api.payment_get(uuid,
                                    uuid) IS 'The API''s document of a payment. Raises PY003, '
                                             'PY010.';
