-- inbox_apply answers a second copy with what became of the first, so that nobody gets a second
-- chance with other bytes. An operator's replay is that second chance, with the bytes that were
-- stored.
CREATE OR REPLACE FUNCTION payments.inbox_replay(p_tenant_id uuid, p_event_id text,
                                                 p_received tstzrange, p_states text[])
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_events CONSTANT text[] := ARRAY(SELECT r.event_id
                                        FROM payments.inbox_requeue(p_tenant_id, p_event_id,
                                            p_received, p_states) AS r);
BEGIN
    DELETE FROM payments.payment_events AS e
     WHERE e.tenant_id = p_tenant_id AND e.id = ANY (v_events) AND e.result <> 'done';
    RETURN cardinality(v_events);
END
$$;
COMMENT ON FUNCTION payments.inbox_replay(uuid, text, tstzrange, text[]) IS
    'Has events applied again that ended without being applied, one or those received in a period, '
    'and forgets how they ended. Returns how many.';
