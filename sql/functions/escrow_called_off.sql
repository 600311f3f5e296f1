CREATE OR REPLACE FUNCTION payments.escrow_called_off(p_tenant_id uuid, p_payment_id uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM payments.payment_refunds AS r
                    WHERE r.tenant_id = p_tenant_id AND r.payment_id = p_payment_id AND r.origin = 'escrow'
                      AND r.status = 'pending' AND r.accepted_at IS NULL)
$$;
COMMENT ON FUNCTION payments.escrow_called_off(uuid, uuid) IS
    'Whether the refund of a sale that was called off is on its way to Stripe: what is held is the buyer''s and no longer released.';
