CREATE OR REPLACE FUNCTION payments.clawback_undo(
    p_tenant_id uuid, p_payment_id uuid, p_cause_type text, p_cause_id uuid, p_amount bigint,
    p_contra text, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_share record;
    v_leg text;
    v_payees jsonb := '[]';
    v_held bigint;
BEGIN
    FOR v_share IN
        SELECT g.recipient_type, g.recipient_id, -g.amount AS amount, s.connected_account_id,
               s.currency
          FROM payments.clawback_share(p_tenant_id, p_payment_id, p_cause_type, p_cause_id,
                                       -p_amount, p_now) AS g
          JOIN payments.payment_splits AS s
            ON s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id
           AND s.recipient_type = g.recipient_type AND s.recipient_id = g.recipient_id
    LOOP
        v_leg := v_share.recipient_type || ':' || v_share.recipient_id;
        v_held := payments.escrow_refill(p_tenant_id, p_payment_id, p_cause_id,
            v_share.recipient_type, v_share.recipient_id, v_share.amount, p_now);
        PERFORM payments.posting_add(
            p_tenant_id, p_contra, g.account, v_share.recipient_type, v_share.recipient_id,
            g.amount, v_share.currency, p_cause_type, p_cause_id, g.leg, p_payment_id, p_now)
           FROM (VALUES ('payee_held', v_held, 'held:' || v_leg),
                        (CASE v_share.recipient_type WHEN 'platform' THEN 'platform_revenue'
                                                     ELSE 'payee_payable' END,
                         v_share.amount - v_held, v_leg)) AS g (account, amount, leg);
        IF v_share.recipient_type <> 'platform' AND v_share.amount > v_held THEN
            v_payees := v_payees || jsonb_build_object('accountId', v_share.connected_account_id,
                                                       'amount', v_share.amount - v_held);
        END IF;
    END LOOP;
    RETURN payments.transfers_plan(p_tenant_id, p_payment_id, 'repayment', p_cause_id, v_payees,
                                   NULL, p_now, true);
END
$$;
COMMENT ON FUNCTION payments.clawback_undo(uuid, uuid, text, uuid, bigint, text, timestamptz) IS
    'Takes back part of what was given back (minor units), because a refund failed or a loss '
    'became smaller: each recipient is credited from p_contra, its hold filled again, and each '
    'payee paid again, once. Returns how many operations became due.';
