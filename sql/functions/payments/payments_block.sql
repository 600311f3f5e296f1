CREATE OR REPLACE FUNCTION payments.payments_block(
    p_tenant_id uuid, p_payment_ids uuid[], p_idempotency_ids uuid[], p_decisions text[],
    p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF ('block' = ANY (p_decisions)) IS NOT TRUE THEN
        RETURN;
    END IF;
    UPDATE payments.payment_transactions AS p SET status = 'blocked', updated_at = p_now
      FROM unnest(p_payment_ids, p_decisions) AS i (id, decision)
     WHERE p.tenant_id = p_tenant_id AND p.id = i.id AND i.decision = 'block';
    UPDATE payments.idempotency_keys AS k
       SET problem = 'payment_blocked',
           problem_detail = format('payment %s was refused by the fraud rules', i.id),
           completed_at = p_now
      FROM unnest(p_payment_ids, p_idempotency_ids, p_decisions) AS i (id, idempotency_id, decision)
     WHERE k.tenant_id = p_tenant_id AND k.id = i.idempotency_id AND i.decision = 'block';
    PERFORM payments.audits_add(p_tenant_id, array_agg(gen_random_uuid()),
                                array_agg('fraud_rules'::text), 'fraud_rules.block',
                                array_agg(i.id::text), 'declined', 'payment_blocked', NULL)
       FROM unnest(p_payment_ids, p_decisions) AS i (id, decision) WHERE i.decision = 'block';
END
$$;
COMMENT ON FUNCTION payments.payments_block(uuid, uuid[], uuid[], text[], timestamptz) IS
    'Ends the new payments that were decided to block, and answers their requests with '
    'payment_blocked.';
