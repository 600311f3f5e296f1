-- owner: payments_system
-- The states stand here as constants: only so is the small index used, and not the whole inbox
-- read.
CREATE OR REPLACE FUNCTION payments.inbox_unapplied(p_tenant_id uuid)
    RETURNS TABLE (event_id text, state text, received_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT w.event_id, w.state, w.received_at FROM payments.webhook_inbox AS w
     WHERE w.tenant_id = p_tenant_id
       AND w.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
       AND w.state IN ('waiting', 'quarantined', 'dead')
$$;
COMMENT ON FUNCTION payments.inbox_unapplied(uuid) IS
    'The events of the tenant entered that wait, were turned away or were given up; for '
    'inbox_unapplied.';
