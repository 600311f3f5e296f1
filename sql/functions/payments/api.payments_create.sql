CREATE OR REPLACE FUNCTION api.payments_create(p_tenant_id uuid, p_requests jsonb,
                                               p_lease_seconds numeric)
RETURNS TABLE (ordinal bigint, status integer, body jsonb, operation jsonb, replayed boolean,
               problem text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    -- In the order of the keys, so that two batches with the same keys never wait for each other.
    IF payments.requests_are_new(p_tenant_id, p_requests) THEN
        RETURN QUERY
        SELECT n.ordinal, NULL::integer, NULL::jsonb, n.operation, false, n.problem, n.detail
          FROM payments.payments_create_new(p_tenant_id, p_requests, p_lease_seconds) AS n;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT r.n, a.status, a.body, a.operation, a.replayed, a.problem, a.detail
      FROM (SELECT e.value AS request, e.ordinality AS n
              FROM jsonb_array_elements(p_requests) WITH ORDINALITY AS e
             ORDER BY e.value ->> 'subject', e.value ->> 'idempotencyKey') AS r
     CROSS JOIN LATERAL api.payment_create(
         p_tenant_id, r.request ->> 'subject', r.request ->> 'idempotencyKey',
         decode(r.request ->> 'fingerprint', 'hex'), r.request -> 'request', p_lease_seconds,
         r.request ->> 'traceContext', r.request -> 'origin') AS a;
END
$$;
COMMENT ON FUNCTION api.payments_create(uuid, jsonb, numeric) IS
    'payment_create for requests that arrived together, in one commit: an array of {subject, '
    'idempotencyKey, fingerprint (hex), request, traceContext, origin}; ordinal counts from 1. All '
    'or none: on an error repeat one by one. Raises as payment_create.';
