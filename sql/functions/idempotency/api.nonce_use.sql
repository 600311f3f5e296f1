CREATE OR REPLACE FUNCTION api.nonce_use(p_tenant_id uuid, p_key_id text, p_nonce text,
                                         p_seconds integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    INSERT INTO payments.request_nonces (tenant_id, key_id, nonce, expires_at)
    VALUES (p_tenant_id, p_key_id, p_nonce, payments.clock() + make_interval(secs => p_seconds))
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this signature was used before' USING ERRCODE = 'PY042';
    END IF;
END
$$;
COMMENT ON FUNCTION api.nonce_use(uuid, text, text, integer) IS
    'Uses up the nonce of a signed request; it is remembered for p_seconds. Raises PY003, PY042 '
    '(used before).';
