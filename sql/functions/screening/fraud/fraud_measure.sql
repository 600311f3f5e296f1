CREATE OR REPLACE FUNCTION payments.fraud_measure(
    p_tenant_id uuid, p_rules jsonb, p_payment_ids uuid[], p_values jsonb[], p_now timestamptz
) RETURNS TABLE (payment_id uuid, rule text, measured bigint)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT * FROM payments.fraud_measure_velocity(
        p_tenant_id, p_rules, p_payment_ids, p_values, p_now);
    RETURN QUERY SELECT * FROM payments.fraud_measure_amount(
        p_tenant_id, p_rules, p_payment_ids, p_values);
    RETURN QUERY SELECT * FROM payments.fraud_measure_lists(
        p_tenant_id, p_rules, p_payment_ids, p_values, p_now);
    RETURN QUERY
    SELECT i.id, e ->> 'name',
           array_position('{normal,elevated,highest}', i.v ->> 'risk_level')::bigint
      FROM jsonb_array_elements(p_rules) AS e
     CROSS JOIN unnest(p_payment_ids, p_values) AS i (id, v)
     WHERE e ->> 'kind' = 'provider_risk'
       AND i.v ->> 'risk_level' IN ('normal', 'elevated', 'highest');
END
$$;
COMMENT ON FUNCTION payments.fraud_measure(uuid, jsonb, uuid[], jsonb[], timestamptz) IS
    'What each rule measures of each payment, from the values fraud_values gives; a rule that has '
    'nothing to say has no row.';
