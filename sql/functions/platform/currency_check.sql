CREATE OR REPLACE FUNCTION payments.currency_check(p_currency text, p_amount bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_rule record;
BEGIN
    SELECT c.min_amount, c.max_amount INTO v_rule
      FROM payments.currencies AS c WHERE c.currency = p_currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'currency % is not supported', coalesce(p_currency, 'null')
            USING ERRCODE = 'PY022';
    END IF;
    IF p_amount IS NULL OR p_amount NOT BETWEEN v_rule.min_amount AND v_rule.max_amount THEN
        RAISE EXCEPTION 'amount must be from % to % minor units of %', v_rule.min_amount,
            v_rule.max_amount, p_currency
            USING ERRCODE = 'PY021';
    END IF;
    PERFORM payments.currency_unit_check(p_currency, p_amount);
END
$$;
COMMENT ON FUNCTION payments.currency_check(text, bigint) IS
    'Returns when an amount in minor units can be charged in that currency (Stripe''s minimum, '
    'eight digits, its special currencies). Raises PY021, PY022.';
