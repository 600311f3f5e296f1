CREATE OR REPLACE FUNCTION ops.inbox_replay(p_tenant_id uuid, p_event_id text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    IF p_tenant_id IS NULL THEN
        PERFORM payments.owner_check();
    ELSE
        PERFORM payments.member_enter(p_tenant_id);
        PERFORM payments.audit_act(p_tenant_id, 'inbox_replay', p_event_id);
    END IF;
    IF payments.inbox_replay(p_tenant_id, p_event_id, NULL,
                             ARRAY['dead', 'quarantined', 'ignored']) = 0 THEN
        RAISE EXCEPTION 'no event % of this tenant ended without being applied', p_event_id
            USING ERRCODE = 'PY010';
    END IF;
END
$$;
COMMENT ON FUNCTION ops.inbox_replay(uuid, text) IS
    'Applies a dead, quarantined or ignored event again, from the bytes that Stripe sent. Null for '
    'the tenant: one that no tenant could be found for (the database''s owner only). Raises PY010 '
    '(none, or applied already), PY070. Example: SELECT ops.inbox_replay(''…'', ''evt_…'');';
