CREATE OR REPLACE FUNCTION ops.fraud_scores_set(
    p_tenant_id uuid, p_review_score integer, p_block_score integer
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_draft record;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    SELECT d.* INTO v_draft FROM payments.fraud_rules_draft(p_tenant_id) AS d;
    PERFORM payments.audit_act(p_tenant_id, 'fraud_scores_set', 'scores');
    RETURN payments.fraud_rules_store(p_tenant_id, v_draft.rules, p_review_score, p_block_score,
                                      session_user);
END
$$;
COMMENT ON FUNCTION ops.fraud_scores_set(uuid, integer, integer) IS
    'Sets from which score (1 to 100) a person decides and from which a payment is refused; '
    'returns the new version of the rule set. Raises PY010, PY020, PY070. Example: SELECT '
    'ops.fraud_scores_set(''…'', 60, 100);';
