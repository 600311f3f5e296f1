CREATE OR REPLACE FUNCTION payments.transaction_causes(p_tenant_id uuid, p_transaction jsonb)
RETURNS TABLE (cause_type text, cause_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    WITH said AS MATERIALIZED (
        SELECT p_transaction ->> 'type' AS type, p_transaction #>> '{source,object}' AS object,
               p_transaction #>> '{source,id}' AS source_id,
               p_transaction #>> '{source,payment_intent}' AS intent_id,
               p_transaction #>> '{source,transfer}' AS transfer_id
    ), payment AS (
        SELECT known.object_id AS id FROM said
          JOIN payments.provider_objects AS known
            ON known.provider_id = said.intent_id AND known.tenant_id = p_tenant_id
           AND known.object_type = 'payment_intent'
    )
    SELECT 'capture', split.id FROM said, payment
      JOIN payments.payment_splits AS split
        ON split.tenant_id = p_tenant_id AND split.payment_id = payment.id
     WHERE said.type IN ('charge', 'payment')
    UNION ALL
    SELECT 'provider_fee', payment.id FROM said, payment WHERE said.type IN ('charge', 'payment')
    UNION ALL
    SELECT CASE WHEN said.type IN ('refund', 'payment_refund') THEN 'refund'
                ELSE 'refund_failure' END, refund.id
      FROM said, payment
      JOIN payments.payment_refunds AS refund
        ON refund.tenant_id = p_tenant_id AND refund.payment_id = payment.id
     WHERE said.type IN ('refund', 'payment_refund', 'refund_failure', 'payment_failure_refund')
       AND refund.stripe_refund_id = said.source_id
    UNION ALL
    SELECT 'transfer', known.object_id FROM said
      JOIN payments.provider_objects AS known ON known.provider_id = said.source_id
       AND known.tenant_id = p_tenant_id AND known.object_type = 'transfer'
     WHERE said.type = 'transfer'
    UNION ALL
    SELECT 'reversal', reversal.id FROM said
      JOIN payments.provider_objects AS known
        ON known.provider_id = said.transfer_id AND known.tenant_id = p_tenant_id
       AND known.object_type = 'transfer'
      JOIN payments.transfer_reversals AS reversal
        ON reversal.tenant_id = p_tenant_id AND reversal.transfer_id = known.object_id
     WHERE said.type = 'transfer_refund' AND reversal.stripe_reversal_id = said.source_id
    UNION ALL
    SELECT cause.type, payments.id_derive(p_tenant_id, 'dispute_funds', p_transaction ->> 'id')
      FROM said, unnest(ARRAY['dispute_funds', 'dispute_fee']) AS cause (type)
     WHERE said.object = 'dispute'
$$;
COMMENT ON FUNCTION payments.transaction_causes(uuid, jsonb) IS
    'Which causes of ours a balance transaction of the platform (its source expanded) should have '
    'been posted for.';
