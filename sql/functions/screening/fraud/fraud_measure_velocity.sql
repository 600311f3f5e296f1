-- Rules and values are MATERIALIZED, so that the signals are looked for by plain columns: under row
-- security the ->> of a document may not go before the policy, and before PostgreSQL 18 that kept
-- the key from being used.
CREATE OR REPLACE FUNCTION payments.fraud_measure_velocity(
    p_tenant_id uuid, p_rules jsonb, p_payment_ids uuid[], p_values jsonb[], p_now timestamptz
) RETURNS TABLE (payment_id uuid, rule text, measured bigint)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN QUERY
    WITH rules AS MATERIALIZED (
        SELECT e ->> 'name' AS name, (e ->> 'threshold')::bigint AS threshold,
               e #>> '{parameters,signal}' AS signal, e #>> '{parameters,event}' AS event,
               e #> '{parameters,ignore}' AS ignored,
               (e #>> '{parameters,live_only}')::boolean AS live_only,
               p_now - make_interval(
                   secs => (e #>> '{parameters,seconds}')::double precision) AS since
          FROM jsonb_array_elements(p_rules) AS e WHERE e ->> 'kind' = 'velocity'
    ), asked AS MATERIALIZED (
        SELECT r.name, r.threshold, r.signal, r.event, r.since, i.n, i.id, i.v ->> r.signal AS value
          FROM rules AS r
         CROSS JOIN unnest(p_payment_ids, p_values) WITH ORDINALITY AS i (id, v, n)
         WHERE i.v ? r.signal AND (r.ignored ? (i.v ->> r.signal)) IS NOT TRUE
           AND (r.live_only IS NOT TRUE OR (i.v ->> 'livemode')::boolean)
    )
    -- No further than the threshold: a busy address costs no more than a quiet one. Of a batch the
    -- earlier ones count too.
    SELECT a.id, a.name, least(a.threshold, counted.seen + CASE a.event WHEN 'payment'
               THEN row_number() OVER (PARTITION BY a.name, a.value ORDER BY a.n) - 1 ELSE 0 END)
      FROM asked AS a
     CROSS JOIN LATERAL (
        SELECT count(*) AS seen FROM (
            SELECT FROM payments.fraud_signals AS s
             WHERE s.tenant_id = p_tenant_id AND s.event = a.event AND s.signal = a.signal
               AND s.value = a.value AND s.seen_at > a.since
             LIMIT a.threshold) AS near) AS counted;
END
$$;
COMMENT ON FUNCTION payments.fraud_measure_velocity(uuid, jsonb, uuid[], jsonb[], timestamptz) IS
    'For each velocity rule and payment that has its signal: how many events with the same value '
    'came before it in the window, at most the threshold.';
