CREATE OR REPLACE FUNCTION api.nonces_sweep(p_tenant_id uuid, p_limit integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_swept integer;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    WITH old AS MATERIALIZED (
        SELECT n.key_id, n.nonce FROM payments.request_nonces AS n
         WHERE n.tenant_id = p_tenant_id AND n.expires_at <= payments.clock()
         ORDER BY n.expires_at
         LIMIT p_limit
    )
    DELETE FROM payments.request_nonces AS n
     USING old AS o
     WHERE n.tenant_id = p_tenant_id AND n.key_id = o.key_id AND n.nonce = o.nonce;
    GET DIAGNOSTICS v_swept = ROW_COUNT;
    RETURN v_swept;
END
$$;
COMMENT ON FUNCTION api.nonces_sweep(uuid, integer) IS
    'Forgets up to p_limit nonces of a tenant whose signatures are too old to be let in; returns '
    'how many.';
