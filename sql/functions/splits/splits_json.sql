CREATE OR REPLACE FUNCTION payments.splits_json(p_tenant_id uuid, p_payment_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'recipientType', s.recipient_type, 'recipientId', s.recipient_id,
               'shareAmount', s.share_amount, 'basisPoints', s.share_basis_points))
                              || jsonb_build_object('amount', s.amount)
                              ORDER BY s.position), '[]')
      FROM payments.payment_splits AS s
     WHERE s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id
$$;
COMMENT ON FUNCTION payments.splits_json(uuid, uuid) IS
    'The splits of a payment as the API shows them: the agreed share, and amount in minor units '
    '(null before settlement).';
