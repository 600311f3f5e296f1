CREATE OR REPLACE FUNCTION payments.escrow_note(
    p_tenant_id uuid, p_escrow_id uuid, p_event text, p_amount bigint, p_reason text, p_actor text,
    p_cause text, p_now timestamptz
) RETURNS uuid
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    INSERT INTO payments.escrow_events
           AS e (tenant_id, id, escrow_id, event, amount, reason, actor, happened_at)
    VALUES (p_tenant_id, payments.id_derive(p_tenant_id, 'escrow_event', p_escrow_id::text, p_event,
                                            p_cause),
            p_escrow_id, p_event, p_amount, p_reason, p_actor, p_now)
    RETURNING e.id
$$;
COMMENT ON FUNCTION payments.escrow_note(uuid, uuid, text, bigint, text, text, text, timestamptz) IS
    'Adds a line to an escrow''s history and returns its id. Raises unique_violation when the same '
    'cause was noted before.';
