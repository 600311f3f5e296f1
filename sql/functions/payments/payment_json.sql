CREATE OR REPLACE FUNCTION payments.payment_json(p_tenant_id uuid, p_payment_id uuid,
                                                 p_with_secret boolean) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', p.id, 'status', p.status, 'amount', p.amount, 'amountCaptured', p.amount_captured,
        'amountRefunded', p.amount_refunded, 'amountRefundPending', p.amount_refund_pending,
        'amountDisputed', p.amount_disputed, 'currency', p.currency, 'orderId', p.order_id,
        'customerId', p.customer_id, 'eventId', p.show_id, 'venueId', p.venue_id, 'captureMethod',
        p.capture_method,
        'description', p.description, 'metadata', p.metadata,
        'stripePaymentIntentId', i.stripe_payment_intent_id,
        'failure', CASE WHEN p.failure_code IS NOT NULL
                        THEN jsonb_build_object('code', p.failure_code, 'message',
                                                p.failure_message) END,
        'risk', (SELECT jsonb_build_object('decision', c.decision, 'score', c.score, 'reasons',
                                           to_jsonb(c.reasons))
                   FROM payments.fraud_checks AS c WHERE c.tenant_id = p_tenant_id
                    AND c.payment_id = p.id
                  ORDER BY array_position('{block,review,allow}', c.decision), c.score DESC,
                        c.checked_at DESC LIMIT 1),
        'splits', payments.splits_json(p_tenant_id, p.id),
        'transfers', payments.transfers_json(p_tenant_id, p.id),
        'refunds',
        (SELECT coalesce(jsonb_agg(payments.refund_json(p_tenant_id, r.id) ORDER BY r.created_at,
                                   r.id), '[]')
                      FROM payments.payment_refunds AS r WHERE r.tenant_id = p_tenant_id
                       AND r.payment_id = p.id),
        'escrows', (SELECT coalesce(jsonb_agg(payments.escrow_json(p_tenant_id, e.id)), '[]')
                      FROM payments.escrows AS e WHERE e.tenant_id = p_tenant_id
                       AND e.payment_id = p.id),
        'disputes',
        (SELECT coalesce(jsonb_agg(payments.dispute_json(p_tenant_id, d.id) ORDER BY d.created_at,
                                   d.id), '[]')
                       FROM payments.disputes AS d WHERE d.tenant_id = p_tenant_id
                        AND d.payment_id = p.id),
        'createdAt', payments.rfc3339(p.created_at), 'updatedAt', payments.rfc3339(p.updated_at))
        || CASE WHEN p_with_secret THEN jsonb_build_object('clientSecret', i.client_secret)
            ELSE '{}' END
      FROM payments.payment_transactions AS p
      JOIN payments.payment_intents AS i ON i.tenant_id = p_tenant_id AND i.id = p.id
     WHERE p.tenant_id = p_tenant_id AND p.id = p_payment_id
$$;
COMMENT ON FUNCTION payments.payment_json(uuid, uuid, boolean) IS
    'The API''s document of a payment, amounts in minor units; with the client secret for its '
    'creator only. Null when there is none.';
