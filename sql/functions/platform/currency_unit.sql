-- Stripe takes no amount below it: a króna or shilling is sent times 100 with no fraction, a
-- dinar's last digit is 0.
CREATE OR REPLACE FUNCTION payments.currency_unit(p_currency text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN coalesce((SELECT c.charge_multiple FROM payments.currencies AS c
                      WHERE c.currency = p_currency), 1);
END
$$;
COMMENT ON FUNCTION payments.currency_unit(text) IS
    'The smallest amount that can be paid in a currency, in minor units; every amount is a '
    'multiple of it. 1 for most.';
