CREATE OR REPLACE FUNCTION payments.transfers_json(p_tenant_id uuid, p_payment_id uuid)
RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(payments.transfer_json(p_tenant_id, t.id)
                              ORDER BY t.created_at, t.id), '[]')
      FROM payments.stripe_transfers AS t
     WHERE t.tenant_id = p_tenant_id AND t.payment_id = p_payment_id
$$;
COMMENT ON FUNCTION payments.transfers_json(uuid, uuid) IS
    'The transfers of a payment as the API shows them.';
