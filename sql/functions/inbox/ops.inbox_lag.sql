CREATE OR REPLACE FUNCTION ops.inbox_lag(p_tenant_id uuid, p_from timestamptz DEFAULT NULL,
                                         p_to timestamptz DEFAULT NULL)
RETURNS TABLE (event_type text, events bigint, p50_seconds numeric, p95_seconds numeric,
               max_seconds numeric, quarantined bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_period CONSTANT tstzrange := payments.report_period(p_from, p_to);
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT e.event_type, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY l.seconds),
           percentile_disc(0.95) WITHIN GROUP (ORDER BY l.seconds), max(l.seconds),
           count(*) FILTER (WHERE e.result = 'quarantined')
      FROM payments.payment_events AS e
     CROSS JOIN LATERAL (SELECT round(extract(epoch FROM e.applied_at - e.occurred_at), 1))
           AS l (seconds)
     WHERE e.tenant_id = p_tenant_id AND e.applied_at >= lower(v_period)
       AND e.applied_at < upper(v_period)
     GROUP BY e.event_type ORDER BY count(*) DESC, e.event_type;
END
$$;
COMMENT ON FUNCTION ops.inbox_lag(uuid, timestamptz, timestamptz) IS
    'From the moment something happened at Stripe (whole seconds) to the moment it was applied '
    'here, per type of event, in seconds. Default: the last 30 days. Raises PY020, PY070. Example: '
    'SELECT * FROM ops.inbox_lag(''…'', now() - interval ''1 hour'');';
