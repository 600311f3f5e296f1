CREATE OR REPLACE FUNCTION payments.refund_json(p_tenant_id uuid, p_refund_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', r.id, 'paymentId', r.payment_id, 'amount', r.amount, 'currency', r.currency,
        'status', r.status, 'reason', r.reason, 'note', r.note, 'metadata', r.metadata,
        'stripeRefundId', r.stripe_refund_id, 'failureReason', r.failure_reason,
        'origin', r.origin,
        'reversals', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'recipientType', t.recipient_type, 'recipientId', t.recipient_id,
                'transferId', t.id, 'amount', v.amount, 'shortfall', v.shortfall,
                'status', CASE v.status WHEN 'waiting' THEN 'pending' ELSE v.status END)
                ORDER BY t.recipient_type, t.recipient_id, t.id), '[]')
            FROM payments.transfer_reversals AS v
            JOIN payments.stripe_transfers AS t ON t.tenant_id = p_tenant_id
             AND t.id = v.transfer_id
           WHERE v.tenant_id = p_tenant_id AND v.cause_type = 'refund' AND v.cause_id = r.id),
        'createdAt', payments.rfc3339(r.created_at), 'updatedAt', payments.rfc3339(r.updated_at))
      FROM payments.payment_refunds AS r
     WHERE r.tenant_id = p_tenant_id AND r.id = p_refund_id
$$;
COMMENT ON FUNCTION payments.refund_json(uuid, uuid) IS
    'The API''s document of a refund with its reversals, amounts in minor units. Null when there '
    'is none.';
