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
        SELECT 'customer' AS of, asked.id, theirs.paid, theirs.total FROM asked
         CROSS JOIN LATERAL (
            SELECT count(*) AS paid, sum(recent.amount) AS total FROM (
                SELECT payment.amount, payment.currency, payment.settled_at
                  FROM payments.payment_transactions AS payment
                 WHERE payment.tenant_id = p_tenant_id AND payment.customer_id = asked.customer
                 ORDER BY payment.created_at DESC LIMIT c_of_customer) AS recent
             WHERE recent.currency = asked.currency AND recent.settled_at IS NOT NULL) AS theirs
        UNION ALL
        SELECT 'tenant', asked.id, everybody.paid, everybody.total FROM asked
          JOIN (SELECT recent.currency, count(*) AS paid, sum(recent.amount) AS total FROM (
                    SELECT payment.amount, payment.currency, payment.settled_at
                      FROM payments.payment_transactions AS payment
                     WHERE payment.tenant_id = p_tenant_id
                     ORDER BY payment.created_at DESC, payment.id DESC LIMIT c_of_tenant) AS recent
                 WHERE recent.settled_at IS NOT NULL GROUP BY recent.currency) AS everybody
            ON everybody.currency = asked.currency
    )
    SELECT asked.id, wanted ->> 'name',
           least(1000000, div(asked.amount * 100 * habit.paid, habit.total))::bigint
      FROM jsonb_array_elements(v_rules) AS wanted
      JOIN habit ON habit.of = wanted #>> '{parameters,against}' AND habit.paid > 0
       AND habit.paid >= (wanted #>> '{parameters,minimum}')::numeric
      JOIN asked ON asked.id = habit.id;
END
$$;
COMMENT ON FUNCTION payments.fraud_measure_amount(uuid, jsonb, uuid[], jsonb[]) IS
    'For each amount rule and payment: the amount in per cent of the average that the customer, or '
    'all customers of the tenant, paid lately in its currency; nothing when that is fewer payments '
    'than the rule wants.';
