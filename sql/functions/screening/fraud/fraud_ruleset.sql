CREATE OR REPLACE FUNCTION payments.fraud_ruleset(p_tenant_id uuid, p_version integer DEFAULT NULL)
    RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT jsonb_build_object(
                   'version', asked.version, 'review', asked.review_score,
                   'block', asked.block_score, 'rules', jsonb_agg(jsonb_build_object(
                       'name', rule.name, 'kind', rule.kind, 'weight', rule.weight,
                       'threshold', rule.threshold, 'parameters', rule.parameters)))
          FROM payments.fraud_rulesets AS asked
          JOIN payments.fraud_rules AS rule
            ON rule.tenant_id = p_tenant_id AND rule.version = asked.version AND rule.enabled
         WHERE asked.tenant_id = p_tenant_id
           AND asked.version = coalesce(p_version,
                                        (SELECT max(every.version)
                                           FROM payments.fraud_rulesets AS every
                                          WHERE every.tenant_id = p_tenant_id))
         GROUP BY asked.version, asked.review_score, asked.block_score);
END
$$;
COMMENT ON FUNCTION payments.fraud_ruleset(uuid, integer) IS
    'The enabled rules of a version, or of the newest, as one document: version, review, block, '
    'rules; null when there is none.';
