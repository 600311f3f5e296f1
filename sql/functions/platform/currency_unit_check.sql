CREATE OR REPLACE FUNCTION payments.currency_unit_check(p_currency text, p_amount bigint)
    RETURNS void
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_unit CONSTANT bigint := payments.currency_unit(p_currency);
BEGIN
    IF p_amount % v_unit <> 0 THEN
        RAISE EXCEPTION 'amount must be a multiple of % minor units of %', v_unit, p_currency
            USING ERRCODE = 'PY021';
    END IF;
END
$$;
COMMENT ON FUNCTION payments.currency_unit_check(text, bigint) IS
    'Returns when an amount in minor units can be paid in that currency. Raises PY021.';
