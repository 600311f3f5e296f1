CREATE OR REPLACE FUNCTION payments.payment_disputed(p_tenant_id uuid, p_payment_id uuid)
    RETURNS boolean
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM payments.disputes AS d
                    WHERE d.tenant_id = p_tenant_id AND d.payment_id = p_payment_id
                      AND d.status NOT LIKE 'warning%')
$$;
COMMENT ON FUNCTION payments.payment_disputed(uuid,
                                              uuid) IS 'Whether there is, or was, a chargeback; an '
                                                       'inquiry is none.';
