CREATE OR REPLACE FUNCTION payments.review_json(p_tenant_id uuid, p_review_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', review.id, 'kind', review.kind, 'source', review.source, 'status', review.status,
        'score', review.score, 'reasons', to_jsonb(review.reasons),
        'paymentId', review.payment_id, 'connectedAccountId', review.connected_account_id,
        'amount', payment.amount, 'currency', payment.currency, 'orderId', payment.order_id,
        'customerId', payment.customer_id, 'recipientType', payee.recipient_type,
        'recipientId', payee.recipient_id, 'note', review.note, 'decidedBy', review.decided_by,
        'decidedAt', payments.rfc3339(review.decided_at),
        'createdAt', payments.rfc3339(review.created_at))
      FROM payments.reviews AS review
      LEFT JOIN payments.payment_transactions AS payment
        ON payment.tenant_id = p_tenant_id AND payment.id = review.payment_id
      LEFT JOIN payments.connected_accounts AS payee
        ON payee.tenant_id = p_tenant_id AND payee.id = review.connected_account_id
     WHERE review.tenant_id = p_tenant_id AND review.id = p_review_id
$$;
COMMENT ON FUNCTION payments.review_json(uuid, uuid) IS
    'The API''s document of a review; amount in minor units of the payment''s currency.';
