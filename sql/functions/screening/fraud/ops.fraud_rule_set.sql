CREATE OR REPLACE FUNCTION ops.fraud_rule_set(
    p_tenant_id uuid, p_name text, p_enabled boolean DEFAULT NULL, p_weight integer DEFAULT NULL,
    p_threshold integer DEFAULT NULL, p_parameters jsonb DEFAULT NULL, p_kind text DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_draft record;
    v_rule jsonb;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    SELECT d.* INTO v_draft FROM payments.fraud_rules_draft(p_tenant_id) AS d;
    SELECT r INTO v_rule FROM jsonb_array_elements(v_draft.rules) AS r WHERE r ->> 'name' = p_name;
    v_rule := coalesce(v_rule, jsonb_build_object('name', p_name, 'enabled', true,
                                                  'parameters', '{}'::jsonb))
        || jsonb_strip_nulls(jsonb_build_object(
            'enabled', p_enabled, 'weight', p_weight, 'threshold', p_threshold,
            'parameters', p_parameters, 'kind', p_kind));
    PERFORM payments.audit_act(p_tenant_id, 'fraud_rule_set', p_name);
    RETURN payments.fraud_rules_store(p_tenant_id,
        (SELECT coalesce(jsonb_agg(r) FILTER (WHERE r ->> 'name' <> p_name), '[]')
           FROM jsonb_array_elements(v_draft.rules) AS r) || jsonb_build_array(v_rule),
        v_draft.review_score, v_draft.block_score, session_user);
END
$$;
COMMENT ON FUNCTION ops.fraud_rule_set(uuid, text, boolean, integer, integer, jsonb, text) IS
    'Adds a fraud rule, or changes what is given of one, and returns the new version of the rule '
    'set; decisions already made keep theirs. Raises PY010, PY020, PY070. Example: SELECT '
    'ops.fraud_rule_set(''…'', ''velocity_ip'', p_threshold => 500);';
