CREATE OR REPLACE FUNCTION payments.provider_facts(p_tenant_id uuid, p_resource text,
                                                   p_object jsonb)
RETURNS TABLE (object_id uuid, payment_id uuid, ours jsonb, theirs jsonb)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT p.id, p.id,
           jsonb_build_object('amount', p.amount, 'currency', p.currency, 'state', p.status,
                              'captured', p.amount_captured),
           jsonb_build_object('amount', p_object -> 'amount', 'currency', p_object -> 'currency',
                              'state', p_object -> 'status',
                              'captured', p_object -> 'amount_received')
      FROM payments.provider_objects AS o
      JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id AND p.id = o.object_id
     WHERE p_resource = 'payment_intents' AND o.provider_id = p_object ->> 'id'
       AND o.tenant_id = p_tenant_id
    UNION ALL
    SELECT r.id, r.payment_id, jsonb_build_object('amount', r.amount, 'currency', r.currency,
                                                  'state', r.status),
           jsonb_build_object('amount', p_object -> 'amount', 'currency', p_object -> 'currency',
                              'state',
               CASE p_object ->> 'status' WHEN 'requires_action' THEN 'pending'
                              ELSE p_object ->> 'status' END)
      FROM payments.provider_objects AS o
      JOIN payments.payment_refunds AS r ON r.tenant_id = p_tenant_id AND r.payment_id = o.object_id
     WHERE p_resource = 'refunds' AND o.provider_id = p_object ->> 'payment_intent'
       AND o.tenant_id = p_tenant_id
       AND r.stripe_refund_id = p_object ->> 'id'
    UNION ALL
    SELECT t.id, t.payment_id, jsonb_build_object(
               'amount', t.amount, 'currency', t.currency, 'destination', t.stripe_account_id,
        'reversed', t.amount_reversed),
           jsonb_build_object('amount', p_object -> 'amount', 'currency', p_object -> 'currency',
                              'destination', p_object -> 'destination', 'reversed',
                              p_object -> 'amount_reversed')
      FROM payments.provider_objects AS o
      JOIN payments.stripe_transfers AS t ON t.tenant_id = p_tenant_id AND t.id = o.object_id
     WHERE p_resource = 'transfers' AND o.provider_id = p_object ->> 'id'
       AND o.tenant_id = p_tenant_id
    UNION ALL
    SELECT d.id, d.payment_id, jsonb_build_object('amount', d.amount, 'currency', d.currency,
                                                  'state', d.status),
           jsonb_build_object('amount', p_object -> 'amount', 'currency', p_object -> 'currency',
                              'state', p_object -> 'status')
      FROM payments.disputes AS d
     WHERE p_resource = 'disputes' AND d.tenant_id = p_tenant_id
       AND d.stripe_dispute_id = p_object ->> 'id'
    UNION ALL
    SELECT y.id, NULL, jsonb_build_object('amount', y.amount, 'currency', y.currency, 'state',
                                          y.status),
           jsonb_build_object('amount', p_object -> 'amount', 'currency', p_object -> 'currency',
                              'state', p_object -> 'status')
      FROM payments.payouts AS y
     WHERE p_resource = 'payouts' AND y.tenant_id = p_tenant_id
       AND y.id = payments.id_derive(p_tenant_id, 'payout', p_object ->> 'id')
    UNION ALL
    SELECT a.id, NULL, jsonb_build_object('state', a.transfers_enabled),
           jsonb_build_object('state', p_object #>> '{capabilities,transfers}' IS NOT DISTINCT
                              FROM 'active')
      FROM payments.provider_objects AS o
      JOIN payments.connected_accounts AS a ON a.tenant_id = p_tenant_id AND a.id = o.object_id
     WHERE p_resource = 'accounts' AND o.provider_id = p_object ->> 'id'
       AND o.tenant_id = p_tenant_id
$$;
COMMENT ON FUNCTION payments.provider_facts(uuid, text, jsonb) IS
    'Our row for an object of one of Stripe''s lists, and of both what has to be equal; amounts in '
    'minor units. No row: we do not have it.';
