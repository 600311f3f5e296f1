CREATE OR REPLACE FUNCTION payments.payment_frozen(p_tenant_id uuid, p_payment_id uuid)
    RETURNS boolean
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM payments.disputes AS d
                    WHERE d.tenant_id = p_tenant_id AND d.payment_id = p_payment_id
                      AND payments.dispute_open(d.status))
$$;
COMMENT ON FUNCTION payments.payment_frozen(uuid,
                                            uuid) IS 'Whether a chargeback is open: nothing of the '
                                                     'payment is refunded or paid out until it is '
                                                     'decided.';
