CREATE OR REPLACE FUNCTION payments.transfer_json(p_tenant_id uuid, p_transfer_id uuid)
RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', t.id, 'paymentId', t.payment_id, 'recipientType', t.recipient_type,
        'recipientId', t.recipient_id, 'stripeAccountId', t.stripe_account_id,
        'stripeTransferId', t.stripe_transfer_id, 'amount', t.amount,
        'amountReversed', t.amount_reversed, 'currency', t.currency, 'status', t.status,
        'purpose', t.purpose,
        'attempts', coalesce(o.failures + (o.state = 'succeeded')::integer, 0),
        'nextAttemptAt', CASE WHEN o.state IN ('ready', 'leased', 'unknown') AND o.holds = '{}'
                              THEN payments.rfc3339(o.next_run_at) END,
        'lastError', CASE WHEN o.last_error_code IS NOT NULL
                          THEN jsonb_build_object('code', o.last_error_code,
                                                  'message', o.last_error) END,
        'createdAt', payments.rfc3339(t.created_at), 'updatedAt', payments.rfc3339(t.updated_at))
      FROM payments.stripe_transfers AS t
      LEFT JOIN payments.stripe_operations AS o
        ON o.tenant_id = p_tenant_id AND o.subject_id = t.id AND o.kind = 'transfer'
     WHERE t.tenant_id = p_tenant_id AND t.id = p_transfer_id
$$;
COMMENT ON FUNCTION payments.transfer_json(uuid, uuid) IS
    'The API''s document of a transfer, amounts in minor units, with where its payment stands. '
    'Null when there is none.';
