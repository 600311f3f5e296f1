CREATE OR REPLACE FUNCTION payments.distribution_json(p_tenant_id uuid, p_distribution_id uuid)
RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', d.id, 'paymentId', d.payment_id, 'orderId', p.order_id, 'amount', d.amount,
        'currency', d.currency,
        'transfers', (SELECT coalesce(jsonb_agg(payments.transfer_json(p_tenant_id, t.id)
                                                ORDER BY t.recipient_type, t.recipient_id), '[]')
                        FROM payments.stripe_transfers AS t
                       WHERE t.tenant_id = p_tenant_id AND t.payment_id = d.payment_id
                         AND t.cause_id = d.id AND t.purpose = 'distribution'),
        'createdAt', payments.rfc3339(d.created_at))
      FROM payments.distributions AS d
      JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id AND p.id = d.payment_id
     WHERE d.tenant_id = p_tenant_id AND d.id = p_distribution_id
$$;
COMMENT ON FUNCTION payments.distribution_json(uuid, uuid) IS
    'The API''s document of a distribution, amounts in minor units, with its transfers. Null when '
    'there is none.';
