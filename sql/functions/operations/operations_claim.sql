CREATE OR REPLACE FUNCTION payments.operations_claim(
    p_tenant_id uuid, p_worker text, p_limit integer, p_lease_seconds numeric
) RETURNS TABLE (operation jsonb)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_lease_end timestamptz := v_now + make_interval(secs => p_lease_seconds::double precision);
    v_claimed uuid[];
BEGIN
    -- UPDATE … WHERE id IN (SELECT … LIMIT … SKIP LOCKED) can claim far more than its limit: hence
    -- MATERIALIZED.
    WITH c AS MATERIALIZED (
        SELECT o.id
          FROM payments.stripe_operations AS o
         WHERE o.tenant_id = p_tenant_id AND o.state IN ('ready', 'leased', 'unknown')
           AND o.holds = '{}'
           AND o.next_run_at <= v_now
           -- Stripe has forgotten the key: an empty list counts only once reads have caught up with
           -- writes.
           AND (o.first_sent_at IS NULL OR v_now < o.first_sent_at + interval '23 hours'
                OR o.last_sent_at < v_now - interval '10 minutes')
           AND NOT EXISTS (
               SELECT FROM payments.stripe_operations AS u
                WHERE u.tenant_id = p_tenant_id AND u.lock_key = o.lock_key AND u.id <> o.id
                  AND u.first_sent_at IS NOT NULL AND u.outcome IS NULL)
         ORDER BY o.next_run_at
         LIMIT p_limit
           FOR NO KEY UPDATE SKIP LOCKED
    ), leased AS (
        UPDATE payments.stripe_operations AS o
           SET state = 'leased', lease_epoch = o.lease_epoch + 1, leased_by = p_worker,
               next_run_at = v_lease_end,
               updated_at = v_now
          FROM c
         WHERE o.tenant_id = p_tenant_id AND o.id = c.id
        RETURNING o.id
    )
    SELECT array_agg(l.id) INTO v_claimed FROM leased AS l;
    IF v_claimed IS NULL THEN
        PERFORM payments.operations_postpone(p_tenant_id, p_limit, v_now);
        RETURN;
    END IF;
    RETURN QUERY
    SELECT payments.operation_document(o, payments.operation_evidence(o, v_now), false)
      FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.id = ANY (v_claimed)
     ORDER BY o.created_at, o.id;
END
$$;
COMMENT ON FUNCTION payments.operations_claim(uuid, text, integer, numeric) IS
    'Leases at most p_limit due operations of one tenant to a worker for p_lease_seconds and '
    'returns their documents, oldest first, none fenced. Expired leases are due again. Each claim '
    'raises lease_epoch.';
