-- In the order of the keys, so that two batches with the same keys never wait for each other.
CREATE OR REPLACE FUNCTION payments.idempotency_claim(p_tenant_id uuid, p_route text, p_calls jsonb)
    RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_ids uuid[];
    v_claimed uuid[] := '{}';
    v_there bigint;
    v_new bigint[];
BEGIN
    SELECT array_agg(DISTINCT (c ->> 'keyId')::uuid) INTO v_ids
      FROM jsonb_array_elements(p_calls) AS c;
    LOOP
        WITH claimed AS (
            INSERT INTO payments.idempotency_keys (tenant_id, id, subject, route, idempotency_key,
                                                   fingerprint, operation_id, created_at)
            SELECT p_tenant_id, (c ->> 'keyId')::uuid, c ->> 'subject', p_route,
                   c ->> 'idempotencyKey', decode(c ->> 'fingerprint', 'hex'),
                   (c ->> 'operationId')::uuid, v_now
              FROM jsonb_array_elements(p_calls) AS c
             ORDER BY c ->> 'subject', c ->> 'idempotencyKey'
            ON CONFLICT DO NOTHING
            RETURNING id
        )
        SELECT v_claimed || coalesce(array_agg(c.id), '{}') INTO v_claimed FROM claimed AS c;
        EXIT WHEN cardinality(v_claimed) = coalesce(cardinality(v_ids), 0);
        -- A key that is there stays for this transaction; one that was swept just now is new.
        PERFORM FROM payments.idempotency_keys AS k
          WHERE k.tenant_id = p_tenant_id AND k.id = ANY (v_ids) FOR KEY SHARE;
        GET DIAGNOSTICS v_there = ROW_COUNT;
        EXIT WHEN v_there = cardinality(v_ids);
    END LOOP;
    PERFORM payments.idempotency_unspent(EXISTS (
        WITH call AS MATERIALIZED (
            SELECT (c ->> 'keyId')::uuid AS key_id, (c ->> 'operationId')::uuid AS operation_id
              FROM jsonb_array_elements(p_calls) AS c
        )
        SELECT FROM call AS c
          -- LIMIT: one probe each, and never a scan of all the tenant's operations.
         CROSS JOIN LATERAL (SELECT o.idempotency_id FROM payments.stripe_operations AS o
                              WHERE o.tenant_id = p_tenant_id AND o.id = c.operation_id
                              LIMIT 1) AS o
         WHERE c.key_id = ANY ((SELECT v_claimed)::uuid[]) AND o.idempotency_id = c.key_id));
    v_new := ARRAY(SELECT min(c.n)
                     FROM jsonb_array_elements(p_calls) WITH ORDINALITY AS c (call, n)
                    WHERE (c.call ->> 'keyId')::uuid = ANY (v_claimed)
                    GROUP BY c.call ->> 'keyId' ORDER BY min(c.n));
    -- A replay is not noted: one row a call.
    PERFORM payments.audits_add(
                p_tenant_id, array_agg((c.call ->> 'keyId')::uuid), array_agg(c.call ->> 'subject'),
                p_route, array_agg(c.call ->> 'objectId'), 'accepted', NULL,
                array_agg(c.call -> 'origin'))
       FROM jsonb_array_elements(p_calls) WITH ORDINALITY AS c (call, n) WHERE c.n = ANY (v_new);
    RETURN v_new;
END
$$;
COMMENT ON FUNCTION payments.idempotency_claim(uuid, text, jsonb) IS
    'Claims clients'' Idempotency-Keys for the operations that will answer them, and records the '
    'calls in the audit log: an array of {keyId, subject, idempotencyKey, fingerprint (hex), '
    'operationId, objectId, origin}. Returns the places, from 1, of those that are new; the others '
    'were seen before, idempotency_answer. Raises PY040 (answered, and swept since).';
