-- Stripe moves the money in the currency of the platform's balance, which need not be the
-- payment's. It is posted in the currency it moved in, and then beside the payment: a posting of a
-- payment is in the payment's currency.
CREATE OR REPLACE FUNCTION payments.dispute_money_post(
    p_payment payments.payment_transactions, p_dispute_id uuid, p_object jsonb, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_entry record;
BEGIN
    FOR v_entry IN
        -- A fee is a part of a movement, or (for countering) a movement of its own.
        SELECT e ->> 'id' AS id,
               CASE WHEN e ->> 'type' = 'stripe_fee' THEN 0
                    ELSE (e ->> 'amount')::bigint END AS amount,
               coalesce(e ->> 'currency', p_payment.currency) AS currency,
               CASE WHEN coalesce(e ->> 'currency', p_payment.currency) = p_payment.currency
                    THEN p_payment.id END AS payment_id,
               (e ->> 'fee')::bigint - CASE WHEN e ->> 'type' = 'stripe_fee'
                                            THEN (e ->> 'amount')::bigint ELSE 0 END AS fee
          FROM jsonb_array_elements(coalesce(p_object -> 'balance_transactions', '[]')) AS e
         WHERE NOT EXISTS (SELECT FROM payments.ledger_postings AS g
                            WHERE g.tenant_id = p_payment.tenant_id
                              AND g.cause_type IN ('dispute_funds', 'dispute_fee')
                              AND g.cause_id = payments.id_derive(
                                      p_payment.tenant_id, 'dispute_funds', e ->> 'id'))
    LOOP
        PERFORM payments.posting_add(
            p_payment.tenant_id, CASE WHEN g.taken THEN g.account ELSE 'provider_clearing' END,
            CASE WHEN g.taken THEN 'provider_clearing' ELSE g.account END, '', '', g.amount,
            v_entry.currency, g.cause,
            payments.id_derive(p_payment.tenant_id, 'dispute_funds', v_entry.id), g.leg,
            v_entry.payment_id, p_now)
           FROM (VALUES ('dispute_funds', 'amount', 'disputes', v_entry.amount < 0,
                         abs(v_entry.amount)),
                        ('dispute_fee', 'fee', 'provider_fees', v_entry.fee > 0,
                         abs(v_entry.fee))) AS g (cause, leg, account, taken, amount);
    END LOOP;
END
$$;
COMMENT ON FUNCTION payments.dispute_money_post(payments.payment_transactions, uuid, jsonb,
                                                timestamptz) IS
    'Posts what Stripe withdrew or gave back for a dispute, and its fees, once per balance '
    'transaction and in its currency.';
