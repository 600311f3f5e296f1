CREATE OR REPLACE FUNCTION payments.fraud_rule_check(p_rule jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_parameters CONSTANT jsonb := p_rule -> 'parameters';
BEGIN
    IF (p_rule ->> 'name' ~ '^[a-z0-9_]{1,64}$'
        AND p_rule ->> 'kind' IN ('velocity', 'amount', 'blocklist', 'allowlist', 'provider_risk')
        AND jsonb_typeof(p_rule -> 'enabled') = 'boolean'
        AND (p_rule ->> 'weight')::integer BETWEEN 0 AND 100
        AND (p_rule ->> 'threshold')::integer > 0
        AND jsonb_typeof(v_parameters) = 'object') IS NOT TRUE THEN
        RAISE EXCEPTION 'a rule needs a plain name, a known kind, a weight of 0 to 100, a '
                        'threshold above 0 and parameters' USING ERRCODE = 'PY020';
    END IF;
    IF p_rule ->> 'kind' = 'velocity' AND (
            v_parameters ->> 'signal' IN ('customer', 'card', 'device', 'ip', 'email_domain')
            AND v_parameters ->> 'event' IN ('payment', 'decline')
            AND jsonb_typeof(v_parameters -> 'seconds') = 'number'
            AND (v_parameters ->> 'seconds')::numeric BETWEEN 1 AND 31622400
            AND coalesce(jsonb_typeof(v_parameters -> 'ignore'), 'array') = 'array'
            AND coalesce(jsonb_typeof(v_parameters -> 'live_only'), 'boolean') = 'boolean'
    ) IS NOT TRUE THEN
        RAISE EXCEPTION 'a velocity rule names its signal, event (payment or decline), seconds (a '
                        'year at most) and, if any, the values to ignore'
            USING ERRCODE = 'PY020';
    END IF;
    IF p_rule ->> 'kind' = 'amount' AND (
            v_parameters ->> 'against' IN ('customer', 'tenant')
            AND jsonb_typeof(v_parameters -> 'minimum') = 'number'
            AND (v_parameters ->> 'minimum')::numeric BETWEEN 1 AND 200) IS NOT TRUE THEN
        RAISE EXCEPTION 'an amount rule names against (customer or tenant) and minimum (1 to 200 '
                        'payments)' USING ERRCODE = 'PY020';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.fraud_rule_check(jsonb) IS
    'Returns when a rule can be measured. Raises PY020.';
