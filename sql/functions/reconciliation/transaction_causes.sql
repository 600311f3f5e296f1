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
        SELECT o.object_id AS id FROM said AS s
          JOIN payments.provider_objects AS o
            ON o.provider_id = s.intent_id AND o.tenant_id = p_tenant_id
               AND o.object_type = 'payment_intent'
    )
    SELECT 'capture', c.id FROM said AS s, payment AS p
      JOIN payments.payment_splits AS c ON c.tenant_id = p_tenant_id AND c.payment_id = p.id
     WHERE s.type IN ('charge', 'payment')
    UNION ALL
    SELECT 'provider_fee', p.id FROM said AS s, payment AS p WHERE s.type IN ('charge', 'payment')
    UNION ALL
    SELECT CASE WHEN s.type IN ('refund', 'payment_refund') THEN 'refund'
        ELSE 'refund_failure' END, r.id
      FROM said AS s, payment AS p
      JOIN payments.payment_refunds AS r ON r.tenant_id = p_tenant_id AND r.payment_id = p.id
     WHERE s.type IN ('refund', 'payment_refund', 'refund_failure', 'payment_failure_refund')
       AND r.stripe_refund_id = s.source_id
    UNION ALL
    SELECT 'transfer', o.object_id FROM said AS s
      JOIN payments.provider_objects AS o ON o.provider_id = s.source_id
       AND o.tenant_id = p_tenant_id AND o.object_type = 'transfer'
     WHERE s.type = 'transfer'
    UNION ALL
    SELECT 'reversal', v.id FROM said AS s
      JOIN payments.provider_objects AS o
        ON o.provider_id = s.transfer_id AND o.tenant_id = p_tenant_id
           AND o.object_type = 'transfer'
      JOIN payments.transfer_reversals AS v ON v.tenant_id = p_tenant_id
       AND v.transfer_id = o.object_id
     WHERE s.type = 'transfer_refund' AND v.stripe_reversal_id = s.source_id
    UNION ALL
    SELECT c.type, payments.id_derive(p_tenant_id, 'dispute_funds', p_transaction ->> 'id')
      FROM said AS s, unnest(ARRAY['dispute_funds', 'dispute_fee']) AS c (type)
     WHERE s.object = 'dispute'
$$;
COMMENT ON FUNCTION payments.transaction_causes(uuid, jsonb) IS
    'Which causes of ours a balance transaction of the platform (its source expanded) should have '
    'been posted for.';
