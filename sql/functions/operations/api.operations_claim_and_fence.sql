-- Claim and fence in one commit, for a worker that sends at once and fences again what had to wait:
-- between this commit and the call lies what otherwise lies between fence and call. What must be
-- looked for first is fenced after the look.
CREATE OR REPLACE FUNCTION api.operations_claim_and_fence(
    p_tenant_id uuid, p_worker text, p_limit integer, p_lease_seconds numeric
) RETURNS TABLE (operation jsonb)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_claimed jsonb[];
    v_sent uuid[];
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    SELECT array_agg(c.operation) INTO v_claimed
      FROM payments.operations_claim(p_tenant_id, p_worker, p_limit, p_lease_seconds) AS c;
    BEGIN
        SELECT array_agg(m.operation_id) INTO v_sent
          FROM (SELECT array_agg((c ->> 'id')::uuid) AS ids,
                       array_agg((c ->> 'leaseEpoch')::bigint) AS epochs
                  FROM unnest(v_claimed) AS c WHERE c -> 'evidence' = 'null') AS f
         CROSS JOIN LATERAL payments.operations_mark_sent(p_tenant_id, f.ids, f.epochs,
                                                          p_lease_seconds) AS m;
    EXCEPTION WHEN unique_violation THEN
        -- Somebody else's call on one of these objects is unresolved: operations_fence will tell
        -- which.
        NULL;
    END;
    RETURN QUERY
    SELECT c || jsonb_build_object('fenced', coalesce((c ->> 'id')::uuid = ANY (v_sent), false))
      FROM unnest(v_claimed) AS c;
END
$$;
COMMENT ON FUNCTION api.operations_claim_and_fence(uuid, text, integer, numeric) IS
    'Leases at most p_limit due operations of one tenant to a worker for p_lease_seconds, returns '
    'their documents, oldest first, and fences what needs no look first: those documents say '
    'fenced and are sent at once, fenced again, or handed back as not_sent. Where another call on '
    'the same object is unresolved nothing is fenced. Raises PY001, PY002.';
