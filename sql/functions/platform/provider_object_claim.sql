CREATE OR REPLACE FUNCTION payments.provider_object_claim(
    p_tenant_id uuid, p_provider_id text, p_object_type text, p_object_id uuid, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    INSERT INTO payments.provider_objects (provider_id, tenant_id, object_type, object_id,
                                           created_at)
    VALUES (p_provider_id, p_tenant_id, p_object_type, p_object_id, p_now)
    ON CONFLICT (provider_id) DO NOTHING;
    IF FOUND THEN
        RETURN;
    END IF;
    -- What blocked the insert may be another tenant's row, which is not to be seen from here, or
    -- our own of a moment ago.
    PERFORM FROM payments.provider_objects AS o
      WHERE o.provider_id = p_provider_id AND o.tenant_id = p_tenant_id
        AND o.object_id = p_object_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Stripe''s % belongs to another row', p_provider_id USING ERRCODE = 'PY033';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.provider_object_claim(uuid, text, text, uuid, timestamptz) IS
    'Remembers whose a Stripe id is, once. Raises PY033 when it is another row''s.';
