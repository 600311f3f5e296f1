CREATE OR REPLACE FUNCTION ops.fraud_replay(p_tenant_id uuid, p_check_id uuid)
RETURNS TABLE (decision text, score integer, reasons text[], same boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_check payments.fraud_checks;
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    SELECT c.* INTO v_check FROM payments.fraud_checks AS c
     WHERE c.tenant_id = p_tenant_id AND c.id = p_check_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such check' USING ERRCODE = 'PY010';
    END IF;
    RETURN QUERY
    SELECT s.decision, s.score, s.reasons,
           (s.decision, s.score, s.reasons)
               IS NOT DISTINCT FROM (v_check.decision, v_check.score, v_check.reasons)
      FROM payments.fraud_score(payments.fraud_ruleset(p_tenant_id, v_check.rules_version),
                                v_check.facts, v_check.phase) AS s;
END
$$;
COMMENT ON FUNCTION ops.fraud_replay(uuid, uuid) IS
    'Decides a check anew from what it stored and the version of the rules it used, and says '
    'whether the decision is the same. Raises PY010, PY070. Example: SELECT * FROM '
    'ops.fraud_replay(''…'', ''…'');';
