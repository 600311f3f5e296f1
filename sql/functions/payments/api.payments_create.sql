CREATE OR REPLACE FUNCTION api.payments_create(p_tenant_id uuid, p_requests jsonb,
                                               p_lease_seconds numeric)
RETURNS TABLE (ordinal bigint, status integer, body jsonb, operation jsonb, replayed boolean,
               problem text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_calls jsonb;
    v_new bigint[];
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    SELECT jsonb_agg(c.call || jsonb_build_object(
               'keyId', payments.idempotency_id(p_tenant_id, c.subject, 'payments.create', c.key),
               'operationId', payments.id_derive(p_tenant_id, 'intent', c.subject, c.key),
               'objectId', payments.id_derive(p_tenant_id, 'payment', c.subject, c.key))
               ORDER BY c.n)
      INTO v_calls
      FROM (SELECT r.call, r.n, r.call ->> 'subject' AS subject,
                   r.call ->> 'idempotencyKey' AS key
              FROM jsonb_array_elements(p_requests) WITH ORDINALITY AS r (call, n)) AS c;
    v_new := payments.idempotency_claim(p_tenant_id, 'payments.create', v_calls);
    RETURN QUERY SELECT w.ordinal, NULL::integer, NULL::jsonb, w.operation, false, w.problem,
                        w.detail
      FROM payments.payments_create_new(p_tenant_id, v_calls, v_new, p_lease_seconds) AS w;
    RETURN QUERY SELECT r.n, a.*
      FROM jsonb_array_elements(v_calls) WITH ORDINALITY AS r (call, n)
     CROSS JOIN LATERAL payments.idempotency_answer(p_tenant_id, (r.call ->> 'keyId')::uuid,
                                                    decode(r.call ->> 'fingerprint', 'hex')) AS a
     WHERE r.n <> ALL (v_new);
END
$$;
COMMENT ON FUNCTION api.payments_create(uuid, jsonb, numeric) IS
    'Writes payments, their agreed splits and the intent operations in one commit, for an array of '
    '{subject, idempotencyKey, fingerprint (hex), request, traceContext, origin}; ordinal counts '
    'from 1. Each gets its operation, leased and fenced for p_lease_seconds, for the request to '
    'carry; or the stored answer when its key was used before; or payment_blocked when the fraud '
    'rules refuse it. All or none: on an error repeat one by one. Raises PY003, PY020, PY021, '
    'PY022, PY023, PY024, PY040, PY041.';
