-- lint: H6 what is joined by a word of the rule are the sums above, no table
CREATE OR REPLACE FUNCTION payments.fraud_measure_amount(
    p_tenant_id uuid, p_rules jsonb, p_payment_ids uuid[], p_values jsonb[]
) RETURNS TABLE (payment_id uuid, rule text, measured bigint)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    c_of_customer CONSTANT integer := 50;   -- a customer's newest payments: enough for a habit
    c_of_tenant CONSTANT integer := 100;    -- read once for all payments of a batch in a currency
    v_rules jsonb := jsonb_path_query_array(p_rules, '$[*] ? (@.kind == "amount")');
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT i.id, i.v ->> 'customer' AS customer, i.v ->> 'currency' AS currency,
               (i.v ->> 'amount')::bigint AS amount
          FROM unnest(p_payment_ids, p_values) AS i (id, v) WHERE v_rules <> '[]'
    ), habit AS (
        SELECT 'customer' AS of, a.id, h.paid, h.total FROM asked AS a
         CROSS JOIN LATERAL (
            SELECT count(*) AS paid, sum(x.amount) AS total FROM (
                SELECT p.amount, p.currency, p.settled_at FROM payments.payment_transactions AS p
                 WHERE p.tenant_id = p_tenant_id AND p.customer_id = a.customer
                 ORDER BY p.created_at DESC LIMIT c_of_customer) AS x
             WHERE x.currency = a.currency AND x.settled_at IS NOT NULL) AS h
        UNION ALL
        SELECT 'tenant', a.id, h.paid, h.total FROM asked AS a
          JOIN (SELECT x.currency, count(*) AS paid, sum(x.amount) AS total FROM (
                    SELECT p.amount, p.currency, p.settled_at
                      FROM payments.payment_transactions AS p
                     WHERE p.tenant_id = p_tenant_id ORDER BY p.created_at DESC, p.id DESC
                     LIMIT c_of_tenant) AS x
                 WHERE x.settled_at IS NOT NULL GROUP BY x.currency) AS h ON h.currency = a.currency
    )
    SELECT a.id, e ->> 'name', least(1000000, div(a.amount * 100 * h.paid, h.total))::bigint
      FROM jsonb_array_elements(v_rules) AS e
      JOIN habit AS h ON h.of = e #>> '{parameters,against}'
       AND h.paid >= (e #>> '{parameters,minimum}')::numeric AND h.paid > 0
      JOIN asked AS a ON a.id = h.id;
END
$$;
COMMENT ON FUNCTION payments.fraud_measure_amount(uuid, jsonb, uuid[], jsonb[]) IS
    'For each amount rule and payment: the amount in per cent of the average that the customer, or '
    'all customers of the tenant, paid lately in its currency; nothing when that is fewer payments '
    'than the rule wants.';
