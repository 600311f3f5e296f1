-- What is due and may not be claimed would keep its tenant at the front of operations_due for ever.
CREATE OR REPLACE FUNCTION payments.operations_postpone(p_tenant_id uuid, p_limit integer,
                                                        p_now timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_postponed integer;
BEGIN
    WITH stuck AS MATERIALIZED (
        SELECT o.id
          FROM payments.stripe_operations AS o
         WHERE o.tenant_id = p_tenant_id AND o.state IN ('ready', 'leased', 'unknown')
           AND o.holds = '{}'
           AND o.next_run_at <= p_now
         ORDER BY o.next_run_at
         LIMIT p_limit
           FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE payments.stripe_operations AS o
       SET next_run_at = p_now + interval '1 second'
      FROM stuck AS s
     WHERE o.tenant_id = p_tenant_id AND o.id = s.id;
    GET DIAGNOSTICS v_postponed = ROW_COUNT;
    RETURN v_postponed;
END
$$;
COMMENT ON FUNCTION payments.operations_postpone(uuid, integer, timestamptz) IS
    'Puts due operations that nobody may claim yet (another call on their object is unresolved, or '
    'Stripe has forgotten their key too recently) off by a second, and returns how many.';
