CREATE OR REPLACE FUNCTION ops.fraud_rules_reset(p_tenant_id uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_draft record;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    SELECT d.* INTO v_draft FROM payments.fraud_rules_draft(p_tenant_id) AS d;
    PERFORM payments.audit_act(p_tenant_id, 'fraud_rules_reset', 'rules');
    RETURN payments.fraud_rules_store(p_tenant_id, payments.fraud_rules_default(), 50, 100,
                                      session_user);
END
$$;
COMMENT ON FUNCTION ops.fraud_rules_reset(uuid) IS
    'Puts the rules of a new tenant in force, and returns the new version of the rule set; how a '
    'tenant from before there were rules gets them. Raises PY010, PY070. Example: SELECT '
    'ops.fraud_rules_reset(''…'');';
