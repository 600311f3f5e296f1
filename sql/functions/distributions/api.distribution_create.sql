CREATE OR REPLACE FUNCTION api.distribution_create(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea, p_request jsonb,
    p_lease_seconds numeric, p_trace_context text DEFAULT NULL, p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'distribution', p_subject,
                                             p_idempotency_key);
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'distributions.create', p_idempotency_key, p_fingerprint, NULL,
        v_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    PERFORM payments.idempotency_unspent(EXISTS (
        SELECT FROM payments.distributions AS d WHERE d.tenant_id = p_tenant_id AND d.id = v_id));
    PERFORM payments.distribution_make(
        payments.distribution_payment(p_tenant_id, p_request), v_id,
        payments.distribution_payees(p_tenant_id, p_request -> 'transfers'),
        p_request ->> 'chargeId', p_subject, payments.clock());
    RETURN QUERY SELECT * FROM payments.idempotency_store(
        p_tenant_id, p_subject, 'distributions.create', p_idempotency_key, 201,
        payments.distribution_json(p_tenant_id, v_id));
END
$$;
COMMENT ON FUNCTION api.distribution_create(uuid, text, text, bytea, jsonb, numeric, text, jsonb) IS
    'Gives part of the platform''s share of a captured payment to payees: ledger, shares and '
    'transfers in one, the worker sends them. Returns the distribution. Raises PY003, PY010, PY021 '
    '(more than remains), PY023, PY024, PY030, PY040, PY052 (disputed).';
