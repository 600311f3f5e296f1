-- The event is its own key: asked for twice, by two people or after a crash, it is one
-- cancellation.
CREATE OR REPLACE FUNCTION ops.refund_batch_start(p_tenant_id uuid, p_show_id text, p_reason text)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_key CONSTANT text := payments.id_derive(p_tenant_id, 'show_cancel', p_show_id)::text;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    IF length(coalesce(p_show_id, '')) NOT BETWEEN 1 AND 200
        OR length(coalesce(p_reason, '')) NOT BETWEEN 1 AND 1000 THEN
        RAISE EXCEPTION 'an event and a reason are needed' USING ERRCODE = 'PY020';
    END IF;
    RETURN (SELECT (c.body ->> 'id')::uuid
              FROM api.show_cancel(p_tenant_id, 'operator', v_key, '\x', p_show_id,
                                   jsonb_build_object('reason', p_reason), 0, NULL,
                  jsonb_build_object('action', 'ops.refund_batch_start', 'subject', session_user,
                                     'ip', host(inet_client_addr()))) AS c);
END
$$;
COMMENT ON FUNCTION ops.refund_batch_start(uuid, text, text) IS
    'Cancels an event: plans the refund of each of its captured payments (one only authorised is '
    'canceled) and returns the batch; again for the same event: the same batch. Raises PY003, '
    'PY020, PY070. Example: SELECT ops.refund_batch_start(''…'', ''gig-1'', ''storm'');';
