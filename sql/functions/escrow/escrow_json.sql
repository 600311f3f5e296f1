CREATE OR REPLACE FUNCTION payments.escrow_json(p_tenant_id uuid, p_escrow_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', e.id, 'paymentId', e.payment_id, 'recipientType', e.recipient_type,
        'recipientId', e.recipient_id, 'amount', e.amount, 'heldAmount', e.held_amount,
        'releasedAmount', e.released_amount, 'refundedAmount', e.refunded_amount,
        'currency', e.currency, 'status', e.status, 'holdUntil', payments.rfc3339(e.hold_until),
        'conditions', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'name', c.name, 'confirmedAt', payments.rfc3339(c.confirmed_at),
                'confirmedBy', c.confirmed_by, 'evidence', c.evidence) ORDER BY c.name), '[]')
            FROM payments.escrow_conditions AS c
           WHERE c.tenant_id = p_tenant_id AND c.escrow_id = e.id),
        'createdAt', payments.rfc3339(e.created_at), 'updatedAt', payments.rfc3339(e.updated_at))
      FROM payments.escrows AS e
     WHERE e.tenant_id = p_tenant_id AND e.id = p_escrow_id
$$;
COMMENT ON FUNCTION payments.escrow_json(uuid, uuid) IS
    'The API''s document of an escrow, amounts in minor units. Null when there is none.';
