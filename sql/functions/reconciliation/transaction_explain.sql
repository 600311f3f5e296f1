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
            SELECT coalesce(sum(CASE v_clearing
                                    WHEN posting.debit_account_id THEN posting.amount
                                    WHEN posting.credit_account_id THEN -posting.amount END), 0)
              FROM payments.transaction_causes(p_tenant_id, p_transaction) AS cause
              JOIN payments.ledger_postings AS posting
                ON posting.tenant_id = p_tenant_id AND posting.cause_type = cause.cause_type
               AND posting.cause_id = cause.cause_id);
    END IF;
    -- What reaches a payee and comes back from it is no posting of its own: it is the other side of
    -- ours.
    RETURN (
        SELECT coalesce(sum(moved.amount), 0)
          FROM (SELECT transfer.amount FROM payments.provider_objects AS known
                  JOIN payments.stripe_transfers AS transfer
                    ON transfer.tenant_id = p_tenant_id AND transfer.id = known.object_id
                 WHERE known.provider_id = p_transaction #>> '{source,source_transfer}'
                   AND known.tenant_id = p_tenant_id
                   AND transfer.currency = p_transaction ->> 'currency'
                   AND p_transaction ->> 'type' = 'payment'
                 UNION ALL
                SELECT -reversal.amount FROM payments.transfer_reversals AS reversal
                 WHERE reversal.tenant_id = p_tenant_id
                   AND reversal.currency = p_transaction ->> 'currency'
                   AND reversal.status = 'succeeded'
                   AND reversal.stripe_reversal_id
                       = p_transaction #>> '{source,source_transfer_reversal}'
                   AND p_transaction ->> 'type' = 'payment_refund'
                 UNION ALL
                SELECT CASE WHEN p_transaction ->> 'type' = 'payout' THEN -payout.amount
                            WHEN payout.status IN ('failed', 'canceled') THEN payout.amount END
                  FROM payments.payouts AS payout
                 WHERE payout.tenant_id = p_tenant_id
                   AND payout.currency = p_transaction ->> 'currency'
                   AND payout.id = payments.id_derive(p_tenant_id, 'payout',
                                                      p_transaction #>> '{source,id}')
                   AND p_transaction ->> 'type' IN ('payout', 'payout_failure',
                                                    'payout_cancel')) AS moved);
END
$$;
COMMENT ON FUNCTION payments.transaction_explain(uuid, text, jsonb) IS
    'What of a balance transaction (its source expanded) our rows explain, minor units: on the '
    'platform by postings, on a payee''s account by its transfers, reversals and payouts.';
