CREATE OR REPLACE FUNCTION payments.fraud_ruleset(p_tenant_id uuid, p_version integer DEFAULT NULL)
    RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT jsonb_build_object('version', s.version, 'review', s.review_score, 'block',
                                  s.block_score, 'rules', jsonb_agg(
                   jsonb_build_object('name', r.name, 'kind', r.kind, 'weight', r.weight,
                                      'threshold', r.threshold, 'parameters', r.parameters)))
          FROM payments.fraud_rulesets AS s
          JOIN payments.fraud_rules AS r ON r.tenant_id = p_tenant_id AND r.version = s.version
           AND r.enabled
         WHERE s.tenant_id = p_tenant_id
           AND s.version = coalesce(p_version,
                                    (SELECT max(n.version) FROM payments.fraud_rulesets AS n
                                      WHERE n.tenant_id = p_tenant_id))
         GROUP BY s.version, s.review_score, s.block_score);
END
$$;
COMMENT ON FUNCTION payments.fraud_ruleset(uuid, integer) IS
    'The enabled rules of a version, or of the newest, as one document: version, review, block, '
    'rules; null when there is none.';
