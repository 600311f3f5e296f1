-- owner: payments_system
CREATE OR REPLACE FUNCTION payments.inbox_states(p_tenant_id uuid)
    RETURNS TABLE (event_id text, state text, received_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    SELECT w.event_id, w.state, w.received_at FROM payments.webhook_inbox AS w
     WHERE w.tenant_id = p_tenant_id
       AND w.tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid
$$;
COMMENT ON FUNCTION payments.inbox_states(uuid) IS
    'The received events of the tenant entered and where they stand; for M17.';
