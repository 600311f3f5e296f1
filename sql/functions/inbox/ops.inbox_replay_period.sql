CREATE OR REPLACE FUNCTION ops.inbox_replay_period(p_tenant_id uuid, p_from timestamptz,
                                                   p_to timestamptz DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    IF p_tenant_id IS NULL THEN
        PERFORM payments.owner_check();
    ELSE
        PERFORM payments.member_enter(p_tenant_id);
        PERFORM payments.audit_act(p_tenant_id, 'inbox_replay_period', NULL);
    END IF;
    IF p_from IS NULL THEN
        RAISE EXCEPTION 'say from when on' USING ERRCODE = 'PY020';
    END IF;
    RETURN payments.inbox_replay(p_tenant_id, NULL, payments.report_period(p_from, p_to),
                                 ARRAY['dead', 'quarantined']);
END
$$;
COMMENT ON FUNCTION ops.inbox_replay_period(uuid, timestamptz, timestamptz) IS
    'Applies again all events received in a period that ended dead or quarantined, and returns how '
    'many; up to now when no end is given. Null for the tenant: those that no tenant could be '
    'found for (the database''s owner only). Raises PY020, PY070. Example: SELECT '
    'ops.inbox_replay_period(''…'', now() - interval ''2 hours'');';
