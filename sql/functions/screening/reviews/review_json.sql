CREATE OR REPLACE FUNCTION payments.review_json(p_tenant_id uuid, p_review_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', r.id, 'kind', r.kind, 'source', r.source, 'status', r.status, 'score', r.score,
        'reasons', to_jsonb(r.reasons),
        'paymentId', r.payment_id, 'connectedAccountId', r.connected_account_id, 'amount', p.amount,
        'currency', p.currency,
        'orderId', p.order_id, 'customerId', p.customer_id, 'recipientType', a.recipient_type,
        'recipientId', a.recipient_id,
        'note', r.note, 'decidedBy', r.decided_by, 'decidedAt', payments.rfc3339(r.decided_at),
        'createdAt', payments.rfc3339(r.created_at))
      FROM payments.reviews AS r
      LEFT JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id
       AND p.id = r.payment_id
      LEFT JOIN payments.connected_accounts AS a ON a.tenant_id = p_tenant_id
       AND a.id = r.connected_account_id
     WHERE r.tenant_id = p_tenant_id AND r.id = p_review_id
$$;
COMMENT ON FUNCTION payments.review_json(uuid,
                                         uuid) IS 'The API''s document of a review; amount in '
                                                  'minor units of the payment''s currency.';
