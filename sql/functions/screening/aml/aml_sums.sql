CREATE OR REPLACE FUNCTION payments.aml_sums(
    p_tenant_id uuid, p_payment_ids uuid[], p_requests jsonb[], p_now timestamptz
) RETURNS TABLE (payment_id uuid, settings_version integer, findings jsonb, reasons text[])
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    c_near CONSTANT numeric := 0.9;      -- just below: the last tenth
    c_many CONSTANT integer := 3;        -- payments just below
    c_span CONSTANT interval := '7 days';
BEGIN
    RETURN QUERY
    WITH rated AS (
        SELECT paid.payment_id, limits.version, limits.currency, limits.day_limit,
               limits.month_limit, limits.structuring_limit, paid.paid_at,
               CASE WHEN limits.currency <> 'all' OR paid.currency = limits.reporting_currency
                    THEN paid.amount ELSE round(paid.amount * newest.rate) END AS amount
          FROM payments.aml_history(p_tenant_id, p_payment_ids, p_requests, p_now) AS paid
          JOIN payments.aml_limits_current(p_tenant_id) AS limits
            ON limits.currency IN (paid.currency, 'all')
          LEFT JOIN LATERAL (
            SELECT e.rate FROM payments.exchange_rates AS e
             WHERE e.tenant_id = p_tenant_id AND e.currency = paid.currency
               AND e.reporting_currency = limits.reporting_currency AND e.valid_from <= p_now
             ORDER BY e.valid_from DESC LIMIT 1) AS newest ON limits.currency = 'all'
    ), summed AS (
        SELECT r.payment_id AS id, r.version, r.currency, r.day_limit, r.month_limit,
               r.structuring_limit,
               coalesce(sum(r.amount) FILTER (WHERE r.paid_at > p_now - interval '1 day'), 0)
                   AS day,
               coalesce(sum(r.amount), 0) AS month,
               count(*) FILTER (WHERE r.amount >= r.structuring_limit * c_near
                                  AND r.amount < r.structuring_limit
                                  AND r.paid_at > p_now - c_span) AS near,
               count(*) FILTER (WHERE r.amount IS NULL) AS unrated
          FROM rated AS r
         GROUP BY r.payment_id, r.version, r.currency, r.day_limit, r.month_limit,
                  r.structuring_limit
    )
    SELECT s.id, s.version, jsonb_agg(to_jsonb(s) - 'id' - 'version' ORDER BY s.currency),
           array_agg('day_' || s.currency ORDER BY s.currency)
               FILTER (WHERE s.day >= s.day_limit)
           || array_agg('month_' || s.currency ORDER BY s.currency)
               FILTER (WHERE s.month >= s.month_limit)
           || coalesce(array_agg('structuring_' || s.currency ORDER BY s.currency)
               FILTER (WHERE s.near >= c_many), '{}')
      FROM summed AS s GROUP BY s.id, s.version;
END
$$;
COMMENT ON FUNCTION payments.aml_sums(uuid, uuid[], jsonb[], timestamptz) IS
    'For each new payment with a customer: the customer''s sums of 24 hours and 30 days against '
    'the tenant''s limits, per currency and over all (what has no rate is counted in unrated, not '
    'in the sum), and which are reached; minor units.';
