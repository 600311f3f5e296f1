-- owner: payments_system
CREATE OR REPLACE FUNCTION payments.inbox_requeue(p_tenant_id uuid, p_event_id text,
                                                  p_received tstzrange, p_states text[])
RETURNS TABLE (event_id text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    UPDATE payments.webhook_inbox AS w
       SET state = 'received', attempts = 0, leased_by = NULL, reason = NULL, finished_at = NULL,
           next_run_at = v_now
     WHERE w.tenant_id IS NOT DISTINCT FROM p_tenant_id AND w.state = ANY (p_states)
       AND (p_event_id IS NULL OR w.event_id = p_event_id)
       AND (p_received IS NULL OR w.received_at >= lower(p_received)
            AND w.received_at < upper(p_received))
    RETURNING w.event_id;
END
$$;
COMMENT ON FUNCTION payments.inbox_requeue(uuid, text, tstzrange, text[]) IS
    'Puts events that ended in one of these states back into the queue, of one tenant (null: of '
    'nobody): one, or those received in a period. Returns their ids.';
