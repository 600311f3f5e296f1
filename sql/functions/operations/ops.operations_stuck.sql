-- Two halves, an index each: what still runs, and what stands. What succeeded, nearly everything,
-- is not read.
CREATE OR REPLACE FUNCTION ops.operations_stuck(p_tenant_id uuid,
                                                p_older_than interval DEFAULT interval '15 minutes')
RETURNS TABLE (operation_id uuid, kind text, state text, payment_id uuid, amount bigint,
               currency text, failures integer,
               last_error_code text, last_error text, next_run_at timestamptz,
               created_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT o.id, o.kind, o.state, o.payment_id, (o.request #>> '{params,amount}')::bigint,
           o.request #>> '{params,currency}',
           o.failures, o.last_error_code, o.last_error, o.next_run_at, o.created_at
      FROM (SELECT x.* FROM payments.stripe_operations AS x
             WHERE x.tenant_id = p_tenant_id AND x.state IN ('ready', 'leased', 'unknown')
               AND x.holds = '{}'
            UNION ALL
            SELECT x.* FROM payments.stripe_operations AS x
             WHERE x.tenant_id = p_tenant_id
               AND (x.state IN ('failed', 'dead') OR x.holds <> '{}')) AS o
     WHERE o.state = 'dead' OR (o.state IN ('ready', 'leased', 'unknown')
                                AND o.created_at < v_now - p_older_than)
        OR (o.state = 'failed' AND o.kind IN ('transfer', 'fetch')
            AND NOT EXISTS (SELECT FROM payments.stripe_transfers AS t
                             WHERE t.tenant_id = p_tenant_id AND t.id = o.subject_id
                               AND t.status = 'canceled'))
     ORDER BY o.created_at;
END
$$;
COMMENT ON FUNCTION ops.operations_stuck(uuid, interval) IS
    'Operations that need a look: dead, failed though owed, or unresolved for longer than '
    'p_older_than; amounts in minor units. Raises PY070. Example: SELECT * FROM '
    'ops.operations_stuck(''…'');';
