CREATE OR REPLACE FUNCTION payments.idempotency_store(
    p_tenant_id uuid, p_subject text, p_route text, p_key text, p_status integer, p_body jsonb
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    UPDATE payments.idempotency_keys AS k
       SET response_status = p_status, response_body = p_body, completed_at = payments.clock()
     WHERE k.tenant_id = p_tenant_id
       AND k.id = payments.idempotency_id(p_tenant_id, p_subject, p_route, p_key);
    RETURN QUERY SELECT p_status, p_body, NULL::jsonb, false, NULL::text, NULL::text;
END
$$;
COMMENT ON FUNCTION payments.idempotency_store(uuid, text, text, text, integer, jsonb) IS
    'Stores and returns the answer of a request that needed no call to Stripe.';
