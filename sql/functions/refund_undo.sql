CREATE OR REPLACE FUNCTION payments.refund_undo(p_refund payments.payment_refunds, p_now timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_share record;
    v_payees jsonb := '[]';
    v_held bigint;
BEGIN
    FOR v_share IN
        SELECT g.recipient_type, g.recipient_id, -g.amount AS amount, s.connected_account_id
          FROM payments.giveback_share(p_refund.tenant_id, p_refund.payment_id, 'refund_failure', p_refund.id, -p_refund.amount, p_now) AS g
          JOIN payments.payment_splits AS s
            ON s.tenant_id = p_refund.tenant_id AND s.payment_id = p_refund.payment_id
           AND s.recipient_type = g.recipient_type AND s.recipient_id = g.recipient_id
    LOOP
        v_held := payments.escrow_return(p_refund.tenant_id, p_refund.payment_id, p_refund.id, v_share.recipient_type,
            v_share.recipient_id, v_share.amount, p_now);
        PERFORM payments.posting_add(p_refund.tenant_id, 'provider_clearing', 'payee_held', v_share.recipient_type, v_share.recipient_id,
            v_held, p_refund.currency, 'refund_failure', p_refund.id, v_share.recipient_type || ':' || v_share.recipient_id || ':held',
            p_refund.payment_id, p_now);
        PERFORM payments.posting_add(p_refund.tenant_id, 'provider_clearing',
            CASE v_share.recipient_type WHEN 'platform' THEN 'platform_revenue' ELSE 'payee_payable' END,
            v_share.recipient_type, v_share.recipient_id, v_share.amount - v_held, p_refund.currency, 'refund_failure', p_refund.id,
            v_share.recipient_type || ':' || v_share.recipient_id, p_refund.payment_id, p_now);
        IF v_share.recipient_type <> 'platform' AND v_share.amount > v_held THEN
            v_payees := v_payees || jsonb_build_object('accountId', v_share.connected_account_id, 'amount', v_share.amount - v_held);
        END IF;
    END LOOP;
    RETURN payments.transfers_plan(p_refund.tenant_id, p_refund.payment_id, 'repayment', p_refund.id, v_payees, NULL, p_now, true);
END
$$;
COMMENT ON FUNCTION payments.refund_undo(payments.payment_refunds, timestamptz) IS
    'A refund that had been accepted has failed: its money is back on the platform, so each recipient is credited again and each payee paid again, once. Returns how many operations became due.';
