CREATE OR REPLACE FUNCTION api.distribution_get(p_tenant_id uuid, p_distribution_id uuid)
    RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_distribution jsonb;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    v_distribution := payments.distribution_json(p_tenant_id, p_distribution_id);
    IF v_distribution IS NULL THEN
        RAISE EXCEPTION 'no such distribution' USING ERRCODE = 'PY010';
    END IF;
    RETURN v_distribution;
END
$$;
COMMENT ON FUNCTION api.distribution_get(uuid,
                                         uuid) IS 'One distribution with its transfers. Raises '
                                                  'PY003, PY010.';
