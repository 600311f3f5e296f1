CREATE OR REPLACE FUNCTION payments.split_shares(p_tenant_id uuid, p_payment_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'recipientType', s.recipient_type, 'recipientId', s.recipient_id,
               'amount', s.share_amount, 'basisPoints', s.share_basis_points)) ORDER BY s.position),
                    '[]')
      FROM payments.payment_splits AS s
     WHERE s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id
       AND s.recipient_type <> 'platform'
$$;
COMMENT ON FUNCTION payments.split_shares(uuid, uuid) IS
    'The agreed shares of a payment in request order, as the API writes them, without the '
    'platform.';
