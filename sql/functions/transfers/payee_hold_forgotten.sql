CREATE OR REPLACE FUNCTION payments.payee_hold_forgotten(p_tenant_id uuid, p_transfer_id uuid)
RETURNS boolean
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM payments.stripe_transfers AS t
          JOIN payments.connected_accounts AS a ON a.tenant_id = p_tenant_id
           AND a.id = t.connected_account_id
         WHERE t.tenant_id = p_tenant_id AND t.id = p_transfer_id AND a.transfers_enabled
           -- Refused although enabled: the account is being read.
           AND NOT EXISTS (SELECT FROM payments.stripe_operations AS o
                            WHERE o.tenant_id = p_tenant_id AND o.subject_id = a.id
                              AND o.kind = 'fetch' AND o.outcome IS NULL))
$$;
COMMENT ON FUNCTION payments.payee_hold_forgotten(uuid, uuid) IS
    'Whether a transfer would be held although its payee can receive, and nobody is asking Stripe '
    'whether it really can.';
