CREATE OR REPLACE FUNCTION payments.payment_refunding(p_tenant_id uuid, p_payment_id uuid)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM payments.payment_refunds AS r
                    WHERE r.tenant_id = p_tenant_id AND r.payment_id = p_payment_id
                      AND r.status = 'pending' AND r.accepted_at IS NULL)
$$;
COMMENT ON FUNCTION payments.payment_refunding(uuid, uuid) IS
    'Whether a refund of the payment is on its way to Stripe: what is held may be the buyer''s, so '
    'until Stripe has answered nothing of it is released.';
