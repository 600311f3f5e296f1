-- Rows and not an array: whoever joins them gets a plan for few payments and a plan for all of them
-- from one text.
CREATE OR REPLACE FUNCTION payments.payments_named(p_tenant_id uuid, p_payment_ids uuid[])
    RETURNS TABLE (id uuid)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF p_payment_ids IS NULL THEN
        RETURN QUERY SELECT p.id FROM payments.payment_transactions AS p
            WHERE p.tenant_id = p_tenant_id;
    ELSE
        RETURN QUERY SELECT u.id FROM unnest(p_payment_ids) AS u (id);
    END IF;
END
$$;
COMMENT ON FUNCTION payments.payments_named(uuid,
                                            uuid[]) IS 'The payments that a check looks at: those '
                                                       'named, or with null all of the tenant.';
