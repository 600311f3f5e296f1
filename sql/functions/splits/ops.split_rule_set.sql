CREATE OR REPLACE FUNCTION ops.split_rule_set(
    p_tenant_id uuid, p_scope text, p_scope_id text, p_shares jsonb,
    p_valid_from timestamptz DEFAULT NULL, p_valid_until timestamptz DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_scope_id text := coalesce(p_scope_id, '');
    v_version integer;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    IF p_scope IS NULL OR p_scope NOT IN ('tenant', 'venue', 'event')
        OR (p_scope = 'tenant') <> (v_scope_id = '') THEN
        RAISE EXCEPTION 'scope is tenant (without id), venue or event (with id)'
            USING ERRCODE = 'PY020';
    END IF;
    IF p_valid_until <= coalesce(p_valid_from, v_now) THEN
        RAISE EXCEPTION 'the rule would end before it starts' USING ERRCODE = 'PY020';
    END IF;
    -- The smallest amount that any share of basis points can be checked against; fixed shares are
    -- checked per payment.
    PERFORM payments.split_check(99999999, 99999999, p_shares);
    PERFORM FROM payments.tenants AS t WHERE t.tenant_id = p_tenant_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such tenant' USING ERRCODE = 'PY010';
    END IF;
    SELECT coalesce(max(r.version), 0) + 1 INTO v_version
      FROM payments.split_rules AS r
     WHERE r.tenant_id = p_tenant_id AND r.scope = p_scope AND r.scope_id = v_scope_id;
    INSERT INTO payments.split_rules
        (tenant_id, id, scope, scope_id, version, shares, valid_from, valid_until, created_at,
         created_by)
    VALUES (p_tenant_id, payments.id_derive(p_tenant_id, 'split_rule', p_scope, v_scope_id,
                                            v_version::text),
            p_scope, v_scope_id, v_version, p_shares, coalesce(p_valid_from, v_now), p_valid_until,
            v_now, session_user);
    PERFORM payments.audit_act(p_tenant_id, 'split_rule_set',
                               concat_ws(' ', p_scope, nullif(v_scope_id, ''), 'version',
                                         v_version));
    RETURN v_version;
END
$$;
COMMENT ON FUNCTION ops.split_rule_set(uuid, text, text, jsonb, timestamptz, timestamptz) IS
    'Adds a version of the shares used for a tenant, venue or event and returns its number; '
    'payments already created keep theirs. Raises PY010 (no such tenant), PY020, PY023, PY070. '
    'Example: SELECT ops.split_rule_set(''…'', ''venue'', ''v1'', '
    '''[{"recipientType":"venue","recipientId":"v1","basisPoints":8000}]'');';
