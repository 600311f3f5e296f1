CREATE OR REPLACE FUNCTION payments.fraud_measure_lists(
    p_tenant_id uuid, p_rules jsonb, p_payment_ids uuid[], p_values jsonb[], p_now timestamptz
) RETURNS TABLE (payment_id uuid, rule text, measured bigint)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT given.id, rules.rule ->> 'name' AS name,
               replace(rules.rule ->> 'kind', 'list', '') AS list, known.signal,
               given.v ->> known.signal AS value
          FROM jsonb_array_elements(p_rules) AS rules (rule)
         CROSS JOIN unnest(p_payment_ids, p_values) AS given (id, v)
         CROSS JOIN unnest('{customer,card,device,ip,email,email_domain}'::text[])
                    AS known (signal)
         WHERE rules.rule ->> 'kind' IN ('blocklist', 'allowlist') AND given.v ? known.signal
    )
    SELECT DISTINCT a.id, a.name, 1::bigint
      FROM asked AS a
     CROSS JOIN LATERAL (
        SELECT FROM payments.fraud_list_entries AS l
         WHERE l.tenant_id = p_tenant_id AND l.list = a.list AND l.signal = a.signal
           AND l.value = a.value AND l.active AND (l.expires_at IS NULL OR l.expires_at > p_now)
         LIMIT 1) AS listed;
END
$$;
COMMENT ON FUNCTION payments.fraud_measure_lists(uuid, jsonb, uuid[], jsonb[], timestamptz) IS
    'For each list rule and payment one of whose signals is on that list now: 1.';
