CREATE OR REPLACE FUNCTION ops.fraud_rules(p_tenant_id uuid)
RETURNS TABLE (version integer, name text, kind text, enabled boolean, weight integer,
               threshold integer, parameters jsonb,
               review_score integer, block_score integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.member_enter(p_tenant_id);
    RETURN QUERY
    SELECT r.version, r.name, r.kind, r.enabled, r.weight, r.threshold, r.parameters,
           s.review_score, s.block_score
      FROM payments.fraud_rules AS r
      JOIN payments.fraud_rulesets AS s ON s.tenant_id = p_tenant_id AND s.version = r.version
     WHERE r.tenant_id = p_tenant_id
       AND r.version = (SELECT max(n.version) FROM payments.fraud_rulesets AS n
                         WHERE n.tenant_id = p_tenant_id)
     ORDER BY r.kind, r.name;
END
$$;
COMMENT ON FUNCTION ops.fraud_rules(uuid) IS
    'The fraud rules in force. Raises PY070. Example: SELECT * FROM ops.fraud_rules(''…'');';
