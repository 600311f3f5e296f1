CREATE OR REPLACE FUNCTION api.connected_account_create(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea, p_request jsonb,
    p_lease_seconds numeric, p_trace_context text DEFAULT NULL, p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_account_id CONSTANT uuid := payments.id_derive(
        p_tenant_id, 'account', p_request ->> 'recipientType', p_request ->> 'recipientId');
    v_operation_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'account_call', p_subject,
                                                       p_idempotency_key);
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'connected_accounts.create', p_idempotency_key, p_fingerprint,
        v_operation_id, v_account_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    -- Two steps: ON CONFLICT … DO UPDATE watches one unique index, and two creators at once could
    -- meet in the other.
    INSERT INTO payments.connected_accounts
        (tenant_id, id, recipient_type, recipient_id, email, country, business_name, status,
         created_at, updated_at)
    VALUES (p_tenant_id, v_account_id, p_request ->> 'recipientType', p_request ->> 'recipientId',
            p_request ->> 'email',
            p_request ->> 'country', p_request ->> 'businessName', 'creating', v_now, v_now)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        UPDATE payments.connected_accounts AS a
           SET email = p_request ->> 'email', country = p_request ->> 'country',
               business_name = p_request ->> 'businessName',
               status = 'creating', disabled_reason = NULL, updated_at = v_now
         WHERE a.tenant_id = p_tenant_id AND a.id = v_account_id AND a.status = 'failed';
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the recipient has a connected account already' USING ERRCODE = 'PY031';
    END IF;
    PERFORM payments.account_screen(p_tenant_id, v_account_id, p_request ->> 'businessName',
                                    p_request ->> 'screeningName', v_now);
    RETURN QUERY SELECT NULL::integer, NULL::jsonb, payments.operation_enqueue(
        p_tenant_id, jsonb_build_object(
            'id', v_operation_id, 'kind', 'account', 'subjectId', v_account_id,
            'lockKey', 'account:' || v_account_id,
            'request', payments.account_request(p_tenant_id, v_account_id, v_operation_id,
                                                p_request),
            'idempotencyId', payments.idempotency_id(p_tenant_id, p_subject,
                'connected_accounts.create', p_idempotency_key),
            'traceContext', p_trace_context), p_lease_seconds), false, NULL::text, NULL::text;
END
$$;
COMMENT ON FUNCTION api.connected_account_create(uuid, text, text, bytea, jsonb, numeric, text,
                                                 jsonb) IS
    'Writes a payee''s connected account, screens its name, writes the operation that opens it at '
    'Stripe, and returns that operation for the request to carry. Raises PY003, PY031 (exists), '
    'PY040, PY041.';
