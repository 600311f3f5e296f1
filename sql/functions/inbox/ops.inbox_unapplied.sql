CREATE OR REPLACE FUNCTION ops.inbox_unapplied(p_tenant_id uuid)
RETURNS TABLE (event_id text, event_type text, state text, reason text, payment_id uuid,
               received_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT i.event_id, e.event_type, i.state, e.reason, e.payment_id, i.received_at
      FROM payments.inbox_unapplied(p_tenant_id) AS i
      LEFT JOIN payments.payment_events AS e ON e.tenant_id = p_tenant_id AND e.id = i.event_id
     ORDER BY i.received_at;
END
$$;
COMMENT ON FUNCTION ops.inbox_unapplied(uuid) IS
    'Events of a tenant that wait, were turned away or were given up, oldest first, with the '
    'reason; inbox_replay applies one again. Raises PY070. Example: SELECT * FROM '
    'ops.inbox_unapplied(''…'');';
