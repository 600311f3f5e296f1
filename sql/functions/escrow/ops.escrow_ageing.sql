CREATE OR REPLACE FUNCTION ops.escrow_ageing(p_tenant_id uuid)
RETURNS TABLE (age text, status text, currency text, escrows bigint, held numeric, overdue bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT a.bucket, e.status, e.currency, count(*), sum(e.held_amount),
           count(*) FILTER (WHERE e.hold_until <= v_now)
      FROM payments.escrows AS e
     CROSS JOIN LATERAL (SELECT payments.age_bucket(v_now - e.created_at) AS bucket) AS a
     WHERE e.tenant_id = p_tenant_id
       AND e.status IN ('pending', 'held', 'partially_released', 'disputed')
     GROUP BY a.bucket, e.status, e.currency ORDER BY a.bucket, e.status, e.currency;
END
$$;
COMMENT ON FUNCTION ops.escrow_ageing(uuid) IS
    'Holds that are not over, by age and status: how many, what they hold (minor units), and how '
    'many are past their time, waiting for a condition or frozen. Raises PY070. Example: SELECT * '
    'FROM ops.escrow_ageing(''…'');';
