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
        SELECT h.payment_id, l.version, l.currency, l.day_limit, l.month_limit, l.structuring_limit,
               h.paid_at,
               CASE WHEN l.currency <> 'all' OR h.currency = l.reporting_currency THEN h.amount
        ELSE round(h.amount * x.rate) END AS amount
          FROM payments.aml_history(p_tenant_id, p_payment_ids, p_requests, p_now) AS h
          JOIN payments.aml_limits_current(p_tenant_id) AS l ON l.currency IN (h.currency, 'all')
          LEFT JOIN LATERAL (
            SELECT e.rate FROM payments.exchange_rates AS e
             WHERE e.tenant_id = p_tenant_id AND e.currency = h.currency
               AND e.reporting_currency = l.reporting_currency AND e.valid_from <= p_now
             ORDER BY e.valid_from DESC LIMIT 1) AS x ON l.currency = 'all'
    ), summed AS (
        SELECT r.payment_id AS id, r.version, r.currency, r.day_limit, r.month_limit,
               r.structuring_limit,
               coalesce(sum(r.amount) FILTER (WHERE r.paid_at > p_now - interval '1 day'),
                        0) AS day, coalesce(sum(r.amount), 0) AS month,
               count(*) FILTER (WHERE r.amount >= r.structuring_limit * c_near
                                AND r.amount < r.structuring_limit
                                  AND r.paid_at > p_now - c_span) AS near,
               count(*) FILTER (WHERE r.amount IS NULL) AS unrated
          FROM rated AS r GROUP BY 1, 2, 3, 4, 5, 6
    )
    SELECT s.id, s.version, jsonb_agg(to_jsonb(s) - 'id' - 'version' ORDER BY s.currency),
           array_remove(array_agg(CASE WHEN s.day >= s.day_limit THEN 'day_' || s.currency END
                                  ORDER BY s.currency)
                     || array_agg(CASE WHEN s.month >= s.month_limit
                                  THEN 'month_' || s.currency END ORDER BY s.currency)
                     || array_agg(CASE WHEN s.near >= c_many THEN 'structuring_' || s.currency END
                                  ORDER BY s.currency), NULL)
      FROM summed AS s GROUP BY s.id, s.version;
END
$$;
COMMENT ON FUNCTION payments.aml_sums(uuid, uuid[], jsonb[], timestamptz) IS
    'For each new payment with a customer: the customer''s sums of 24 hours and 30 days against '
    'the tenant''s limits, per currency and over all (what has no rate is counted in unrated, not '
    'in the sum), and which are reached; minor units.';
