-- owner: payments_system
CREATE OR REPLACE FUNCTION api.inbox_receive(
    p_sources text[], p_event_ids text[], p_event_types text[], p_object_ids jsonb[],
    p_payloads bytea[]
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_stored integer;
BEGIN
    INSERT INTO payments.webhook_inbox
        (source, event_id, event_type, object_ids, payload, state, next_run_at, received_at)
    SELECT e.source, e.event_id, e.event_type, e.object_ids, e.payload, 'received', v_now, v_now
      FROM unnest(p_sources, p_event_ids, p_event_types, p_object_ids, p_payloads)
           AS e (source, event_id, event_type, object_ids, payload)
    ON CONFLICT (source, event_id) DO NOTHING;
    GET DIAGNOSTICS v_stored = ROW_COUNT;
    RETURN v_stored;
END
$$;
COMMENT ON FUNCTION api.inbox_receive(text[], text[], text[], jsonb[], bytea[]) IS
    'Stores signed events as they came, one commit for all that arrived together, and returns how '
    'many were new. A redelivery changes nothing.';
