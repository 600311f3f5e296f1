CREATE OR REPLACE FUNCTION payments.transaction_explain(p_tenant_id uuid, p_account text,
                                                        p_transaction jsonb) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_clearing uuid := payments.ledger_account_id(p_tenant_id, 'provider_clearing', '', '',
                                                  p_transaction ->> 'currency');
BEGIN
    IF p_account = 'platform' THEN
        RETURN (
            SELECT coalesce(
                sum(CASE v_clearing WHEN g.debit_account_id THEN g.amount WHEN g.credit_account_id
                    THEN -g.amount END), 0)
                  FROM payments.transaction_causes(p_tenant_id, p_transaction) AS c
                  JOIN payments.ledger_postings AS g
                    ON g.tenant_id = p_tenant_id AND g.cause_type = c.cause_type
                       AND g.cause_id = c.cause_id);
    END IF;
    -- What reaches a payee and comes back from it is no posting of its own: it is the other side of
    -- ours.
    RETURN (
        SELECT coalesce(sum(m.amount), 0)
          FROM (SELECT t.amount FROM payments.provider_objects AS o
                  JOIN payments.stripe_transfers AS t ON t.tenant_id = p_tenant_id
                   AND t.id = o.object_id
                 WHERE o.provider_id = p_transaction #>> '{source,source_transfer}'
                   AND o.tenant_id = p_tenant_id
                   AND t.currency = p_transaction ->> 'currency'
                   AND p_transaction ->> 'type' = 'payment'
                 UNION ALL
                SELECT -v.amount FROM payments.transfer_reversals AS v
                 WHERE v.tenant_id = p_tenant_id AND v.currency = p_transaction ->> 'currency'
                   AND v.status = 'succeeded'
                   AND v.stripe_reversal_id = p_transaction #>> '{source,source_transfer_reversal}'
                   AND p_transaction ->> 'type' = 'payment_refund'
                 UNION ALL
                SELECT CASE WHEN p_transaction ->> 'type' = 'payout' THEN -y.amount
                            WHEN y.status IN ('failed', 'canceled') THEN y.amount END
                  FROM payments.payouts AS y
                 WHERE y.tenant_id = p_tenant_id AND y.currency = p_transaction ->> 'currency'
                   AND y.id = payments.id_derive(p_tenant_id, 'payout',
                                                 p_transaction #>> '{source,id}')
                   AND p_transaction ->> 'type' IN ('payout', 'payout_failure',
                                                    'payout_cancel')) AS m);
END
$$;
COMMENT ON FUNCTION payments.transaction_explain(uuid, text, jsonb) IS
    'What of a balance transaction (its source expanded) our rows explain, minor units: on the '
    'platform by postings, on a payee''s account by its transfers, reversals and payouts.';
