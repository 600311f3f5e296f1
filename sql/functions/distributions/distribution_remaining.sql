CREATE OR REPLACE FUNCTION payments.distribution_remaining(p_tenant_id uuid, p_payment_id uuid)
RETURNS bigint
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    -- A refund on its way may be accepted at any moment: what it reserved is not given away.
    SELECT greatest(0, s.amount
           - coalesce((SELECT sum(g.amount) FROM payments.clawback_shares AS g
                        WHERE g.tenant_id = p_tenant_id AND g.payment_id = p_payment_id
                          AND g.recipient_type = 'platform' AND g.recipient_id = s.recipient_id), 0)
           - coalesce((SELECT sum(r.amount) FROM payments.payment_refunds AS r
                        WHERE r.tenant_id = p_tenant_id AND r.payment_id = p_payment_id
                          AND r.status = 'pending' AND r.accepted_at IS NULL), 0))::bigint
      FROM payments.payment_splits AS s
     WHERE s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id
       AND s.recipient_type = 'platform'
$$;
COMMENT ON FUNCTION payments.distribution_remaining(uuid, uuid) IS
    'What is left of the platform''s share of a settled, locked payment, minor units: captured '
    'less the payees'' shares, refunds done and refunds on their way.';
