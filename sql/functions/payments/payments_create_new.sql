-- payment_create for requests that were never seen, each step for all of them at once.
CREATE OR REPLACE FUNCTION payments.payments_create_new(p_tenant_id uuid, p_requests jsonb,
                                                        p_lease_seconds numeric)
RETURNS TABLE (ordinal bigint, operation jsonb, problem text, detail text)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_all record;
    v_written bigint;
    v_decisions text[];
BEGIN
    SELECT array_agg(r.n) AS ordinals, array_agg(r.subject) AS subjects, array_agg(r.key) AS keys,
           array_agg(decode(r.e ->> 'fingerprint', 'hex')) AS fingerprints,
           array_agg(r.e -> 'request') AS requests,
           array_agg(r.e ->> 'traceContext') AS traces, array_agg(r.e -> 'origin') AS origins,
           array_agg(payments.id_derive(p_tenant_id, 'payment', r.subject, r.key)) AS payment_ids,
           array_agg(payments.id_derive(p_tenant_id, 'intent', r.subject, r.key)) AS operation_ids,
           array_agg(payments.idempotency_id(p_tenant_id, r.subject, 'payments.create',
                                             r.key)) AS idempotency_ids
      INTO v_all
      FROM (SELECT e.value AS e, e.ordinality AS n, e.value ->> 'subject' AS subject,
                   e.value ->> 'idempotencyKey' AS key
              FROM jsonb_array_elements(p_requests) WITH ORDINALITY AS e
             ORDER BY 3, 4) AS r;
    INSERT INTO payments.idempotency_keys
        (tenant_id, id, subject, route, idempotency_key, fingerprint, operation_id, created_at)
    SELECT p_tenant_id, i.id, i.subject, 'payments.create', i.key, i.fingerprint, i.operation_id,
           v_now
      FROM unnest(v_all.idempotency_ids, v_all.subjects, v_all.keys, v_all.fingerprints,
                  v_all.operation_ids)
           AS i (id, subject, key, fingerprint, operation_id)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_written = ROW_COUNT;
    IF v_written <> coalesce(cardinality(v_all.keys), 0) THEN
        RAISE EXCEPTION 'a request with this Idempotency-Key is being carried out'
            USING ERRCODE = 'PY041';
    END IF;
    -- audit_add for all of them at once.
    INSERT INTO payments.audit_log
        (tenant_id, id, recorded_at, subject, key_id, action, object_id, outcome, client_ip,
         trace_id)
    SELECT p_tenant_id, i.id, v_now, i.subject, i.origin ->> 'keyId',
           coalesce(i.origin ->> 'action', 'payments.create'),
           i.payment_id::text, 'accepted', i.origin ->> 'ip', i.origin ->> 'traceId'
      FROM unnest(v_all.idempotency_ids, v_all.subjects, v_all.payment_ids, v_all.origins)
           AS i (id, subject, payment_id, origin);
    PERFORM payments.currency_check(r ->> 'currency', (r ->> 'amount')::bigint)
        FROM unnest(v_all.requests) AS r;
    PERFORM payments.payments_record(p_tenant_id, v_all.payment_ids, v_all.subjects, v_all.requests,
                                     v_now);
    PERFORM payments.ledger_accounts_open(p_tenant_id, i.id, i.request ->> 'currency', v_now)
       FROM unnest(v_all.payment_ids, v_all.requests) AS i (id, request);
    v_decisions := payments.fraud_check_requests(p_tenant_id, v_all.payment_ids, v_all.requests,
                                                 v_now);
    v_decisions := payments.aml_check_requests(p_tenant_id, v_all.payment_ids, v_all.requests,
                                               v_decisions, v_now);
    PERFORM payments.payments_block(p_tenant_id, v_all.payment_ids, v_all.idempotency_ids,
                                    v_decisions, v_now);
    RETURN QUERY
    SELECT i.n, d.operation, k.problem, k.problem_detail
      FROM unnest(v_all.ordinals, v_all.operation_ids, v_all.idempotency_ids)
           AS i (n, id, idempotency_id)
      LEFT JOIN payments.idempotency_keys AS k
        ON 'block' = ANY (v_decisions) AND k.tenant_id = p_tenant_id AND k.id = i.idempotency_id
      LEFT JOIN payments.intents_enqueue(
               p_tenant_id, v_all.payment_ids, v_all.operation_ids, v_all.idempotency_ids,
          v_all.requests, v_all.traces,
               p_lease_seconds, v_decisions) AS d ON d.operation_id = i.id;
END
$$;
COMMENT ON FUNCTION payments.payments_create_new(uuid, jsonb, numeric) IS
    'Writes payments, their agreed splits and intent operations for requests that are all new, and '
    'returns the operations, or why one was blocked. Raises PY021, PY022, PY023, PY024, and PY041 '
    'when one was not new after all.';
