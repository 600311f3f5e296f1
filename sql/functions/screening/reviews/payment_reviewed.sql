CREATE OR REPLACE FUNCTION payments.payment_reviewed(p_tenant_id uuid, p_payment_id uuid)
    RETURNS boolean
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM payments.reviews AS r
                    WHERE r.tenant_id = p_tenant_id AND r.payment_id = p_payment_id
                      AND r.status IN ('open', 'rejected'))
$$;
COMMENT ON FUNCTION payments.payment_reviewed(uuid, uuid) IS
    'Whether a person still has to decide about a payment, or has rejected it: it is not captured '
    'and nothing of it is paid out.';
