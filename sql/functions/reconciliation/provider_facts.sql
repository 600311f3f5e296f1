CREATE OR REPLACE FUNCTION payments.provider_facts(p_tenant_id uuid, p_resource text,
                                                   p_object jsonb)
RETURNS TABLE (object_id uuid, payment_id uuid, ours jsonb, theirs jsonb)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    WITH known AS (
        SELECT named.object_id FROM payments.provider_objects AS named
         WHERE named.tenant_id = p_tenant_id AND named.provider_id = p_object ->>
               CASE p_resource WHEN 'refunds' THEN 'payment_intent' ELSE 'id' END
    ), found (object_id, payment_id, ours) AS (
        SELECT payment.id, payment.id,
               jsonb_build_object('amount', payment.amount, 'currency', payment.currency,
                                  'state', payment.status, 'captured', payment.amount_captured)
          FROM known JOIN payments.payment_transactions AS payment
            ON payment.tenant_id = p_tenant_id AND payment.id = known.object_id
         WHERE p_resource = 'payment_intents'
        UNION ALL
        SELECT refund.id, refund.payment_id,
               jsonb_build_object('amount', refund.amount, 'currency', refund.currency,
                                  'state', refund.status)
          FROM known JOIN payments.payment_refunds AS refund
            ON refund.tenant_id = p_tenant_id AND refund.payment_id = known.object_id
         WHERE p_resource = 'refunds' AND refund.stripe_refund_id = p_object ->> 'id'
        UNION ALL
        SELECT transfer.id, transfer.payment_id,
               jsonb_build_object('amount', transfer.amount, 'currency', transfer.currency,
                                  'destination', transfer.stripe_account_id,
                                  'reversed', transfer.amount_reversed)
          FROM known JOIN payments.stripe_transfers AS transfer
            ON transfer.tenant_id = p_tenant_id AND transfer.id = known.object_id
         WHERE p_resource = 'transfers'
        UNION ALL
        SELECT dispute.id, dispute.payment_id,
               jsonb_build_object('amount', dispute.amount, 'currency', dispute.currency,
                                  'state', dispute.status)
          FROM payments.disputes AS dispute
         WHERE p_resource = 'disputes' AND dispute.tenant_id = p_tenant_id
           AND dispute.stripe_dispute_id = p_object ->> 'id'
        UNION ALL
        SELECT payout.id, NULL, jsonb_build_object('amount', payout.amount, 'currency',
                                                   payout.currency, 'state', payout.status)
          FROM payments.payouts AS payout
         WHERE p_resource = 'payouts' AND payout.tenant_id = p_tenant_id
           AND payout.id = payments.id_derive(p_tenant_id, 'payout', p_object ->> 'id')
        UNION ALL
        SELECT payee.id, NULL, jsonb_build_object('state', payee.transfers_enabled)
          FROM known JOIN payments.connected_accounts AS payee
            ON payee.tenant_id = p_tenant_id AND payee.id = known.object_id
         WHERE p_resource = 'accounts'
    )
    SELECT found.object_id, found.payment_id, found.ours,
           (SELECT jsonb_object_agg(name, CASE name
                       WHEN 'captured' THEN p_object -> 'amount_received'
                       WHEN 'reversed' THEN p_object -> 'amount_reversed'
                       WHEN 'state' THEN said.state
                       ELSE p_object -> name END)
              FROM jsonb_object_keys(found.ours) AS name)
      FROM found
     CROSS JOIN LATERAL (SELECT CASE
           WHEN p_resource = 'accounts'
               THEN to_jsonb(p_object #>> '{capabilities,transfers}' IS NOT DISTINCT FROM 'active')
           WHEN p_resource = 'refunds' AND p_object ->> 'status' = 'requires_action'
               THEN '"pending"'
           ELSE p_object -> 'status' END) AS said (state)
$$;
COMMENT ON FUNCTION payments.provider_facts(uuid, text, jsonb) IS
    'Our row for an object of one of Stripe''s lists, and of both what has to be equal; amounts in '
    'minor units. No row: we do not have it.';
