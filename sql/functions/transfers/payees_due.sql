CREATE OR REPLACE FUNCTION payments.payees_due(p_tenant_id uuid, p_payment_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('accountId', s.connected_account_id,
                                                 'amount', s.amount)), '[]')
      FROM payments.payment_splits AS s
     WHERE s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id AND s.amount > 0
       AND s.connected_account_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM payments.escrows AS e
                        WHERE e.tenant_id = p_tenant_id AND e.payment_id = p_payment_id
                          AND e.recipient_type = s.recipient_type
                          AND e.recipient_id = s.recipient_id)
$$;
COMMENT ON FUNCTION payments.payees_due(uuid, uuid) IS
    'The payees of a settled payment to be paid at once, as transfers_plan takes them: accountId '
    'and amount in minor units; without those whose share is held.';
