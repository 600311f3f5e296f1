-- Each step for all of them at once: they share a commit, and most of its cost.
CREATE OR REPLACE FUNCTION payments.payments_create_new(
    p_tenant_id uuid, p_calls jsonb, p_new bigint[], p_lease_seconds numeric
) RETURNS TABLE (ordinal bigint, operation jsonb, problem text, detail text)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_new record;
    v_decisions text[];
    v_operations jsonb;
BEGIN
    IF p_new = '{}' THEN
        RETURN;
    END IF;
    SELECT array_agg(r.call) AS calls, array_agg(r.call ->> 'subject') AS subjects,
           array_agg(r.call -> 'request') AS requests,
           array_agg(r.call #>> '{request,currency}') AS currencies,
           array_agg((r.call ->> 'objectId')::uuid) AS payment_ids,
           array_agg((r.call ->> 'operationId')::uuid) AS operation_ids,
           array_agg((r.call ->> 'keyId')::uuid) AS key_ids
      INTO v_new
      FROM unnest(p_new) WITH ORDINALITY AS i (n, place)
     CROSS JOIN LATERAL (SELECT p_calls -> (i.n - 1)::integer) AS r (call);
    PERFORM payments.currency_check(r ->> 'currency', (r ->> 'amount')::bigint)
       FROM unnest(v_new.requests) AS r;
    PERFORM payments.payments_record(p_tenant_id, v_new.payment_ids, v_new.subjects,
                                     v_new.requests, v_now);
    PERFORM payments.ledger_accounts_open(p_tenant_id, v_new.payment_ids, v_new.currencies, v_now);
    v_decisions := payments.fraud_check_requests(p_tenant_id, v_new.payment_ids, v_new.requests,
                                                 v_now);
    v_decisions := payments.aml_check_requests(p_tenant_id, v_new.payment_ids, v_new.requests,
                                               v_decisions, v_now);
    PERFORM payments.payments_block(p_tenant_id, v_new.payment_ids, v_new.key_ids, v_decisions,
                                    v_now);
    SELECT jsonb_agg(payments.intent_operation(p_tenant_id, i.call, i.decision)) INTO v_operations
      FROM unnest(v_new.calls, v_decisions) AS i (call, decision)
     WHERE i.decision IS DISTINCT FROM 'block';
    RETURN QUERY
    SELECT i.n, sent.operation, k.problem, k.problem_detail
      FROM unnest(p_new, v_new.operation_ids, v_new.key_ids) AS i (n, operation_id, key_id)
      LEFT JOIN payments.operations_enqueue(p_tenant_id, v_operations, p_lease_seconds) AS sent
        ON sent.operation_id = i.operation_id
      LEFT JOIN payments.idempotency_keys AS k
        ON 'block' = ANY (v_decisions) AND k.tenant_id = p_tenant_id AND k.id = i.key_id;
END
$$;
COMMENT ON FUNCTION payments.payments_create_new(uuid, jsonb, bigint[], numeric) IS
    'Writes the payments of those calls (p_new, counted from 1) whose keys were claimed, their '
    'agreed splits and intent operations, and returns the operations, or why one was blocked. '
    'Raises PY020, PY021, PY022, PY023, PY024.';
