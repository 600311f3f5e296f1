CREATE OR REPLACE FUNCTION payments.invariant_events_reach_an_end(p_tenant_id uuid)
RETURNS TABLE (object_type text, object_id text, detail text)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'event', i.event_id, format('%s since %s', i.state, i.received_at)
      FROM payments.inbox_states(p_tenant_id) AS i
     WHERE (i.state IN ('received', 'waiting')
            AND i.received_at < payments.clock() - interval '3 days')
        OR (i.state = 'done' AND NOT EXISTS (SELECT FROM payments.payment_events AS e
                                              WHERE e.tenant_id = p_tenant_id
                                                AND e.id = i.event_id))
$$;
COMMENT ON FUNCTION payments.invariant_events_reach_an_end(uuid) IS
    'Breaches of M17: every event of a tenant that was received comes to an end, and one that '
    'ended well was applied. That 2xx follows the commit is proven in tests/faults/test_crash.py; '
    'how late the queue is, is a metric.';
