CREATE OR REPLACE FUNCTION api.review_decide(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea, p_review_id uuid,
    p_decision text,
    p_request jsonb, p_lease_seconds numeric, p_trace_context text DEFAULT NULL,
    p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_route CONSTANT text := 'reviews.' || p_decision;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, v_route, p_idempotency_key, p_fingerprint, NULL, p_review_id::text,
        p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    PERFORM payments.review_settle(p_tenant_id, p_review_id, p_decision, p_subject,
                                   p_request ->> 'note', payments.clock());
    RETURN QUERY SELECT * FROM payments.idempotency_store(
        p_tenant_id, p_subject, v_route, p_idempotency_key, 200,
        payments.review_json(p_tenant_id, p_review_id));
END
$$;
COMMENT ON FUNCTION api.review_decide(uuid, text, text, bytea, uuid, text, jsonb, numeric, text,
                                      jsonb) IS
    'A person''s decision, approved or rejected, on a review; what follows is the worker''s. '
    'Returns the review. Raises PY003, PY010, PY030 (decided before), PY040, PY041, PY052 '
    '(rejected while disputed).';
