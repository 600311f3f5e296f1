CREATE OR REPLACE FUNCTION api.onboarding_link_create(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea,
    p_account_id uuid, p_request jsonb, p_lease_seconds numeric, p_trace_context text DEFAULT NULL,
    p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_key_id CONSTANT uuid := payments.idempotency_id(p_tenant_id, p_subject,
                                                      'onboarding_links.create', p_idempotency_key);
    v_status text;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'onboarding_links.create', p_idempotency_key, p_fingerprint,
        payments.id_derive(p_tenant_id, 'account_link', p_account_id::text, v_key_id::text),
        p_account_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT a.status INTO v_status FROM payments.connected_accounts AS a
     WHERE a.tenant_id = p_tenant_id AND a.id = p_account_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such connected account' USING ERRCODE = 'PY010';
    END IF;
    IF v_status <> 'open' THEN
        RAISE EXCEPTION 'the account is not open at Stripe yet' USING ERRCODE = 'PY030';
    END IF;
    RETURN QUERY SELECT NULL::integer, NULL::jsonb, payments.onboarding_link_enqueue(
        p_tenant_id, p_account_id, v_key_id::text, v_key_id, p_trace_context, p_lease_seconds),
        false, NULL::text, NULL::text;
END
$$;
COMMENT ON FUNCTION api.onboarding_link_create(uuid, text, text, bytea, uuid, jsonb, numeric, text,
                                               jsonb) IS
    'Asks Stripe for a fresh onboarding link of a connected account: returns the operation for the '
    'request to carry. Raises PY003, PY010, PY030, PY040, PY041.';
