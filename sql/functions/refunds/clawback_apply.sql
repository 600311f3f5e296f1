CREATE OR REPLACE FUNCTION payments.clawback_apply(
    p_tenant_id uuid, p_payment_id uuid, p_cause_type text, p_cause_id uuid, p_amount bigint,
    p_contra text, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_share record;
    v_leg text;
    v_held bigint;
    v_owed bigint;
    v_enqueued integer;
    v_due integer := 0;
BEGIN
    FOR v_share IN
        SELECT s.*, p.currency
          FROM payments.clawback_share(p_tenant_id, p_payment_id, p_cause_type, p_cause_id,
                                       p_amount, p_now) AS s
          JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id
           AND p.id = p_payment_id
         ORDER BY s.recipient_type, s.recipient_id
    LOOP
        IF v_share.recipient_type = 'platform' THEN
            PERFORM payments.posting_add(
                p_tenant_id, 'platform_revenue', p_contra, '', '', v_share.amount,
                v_share.currency, p_cause_type, p_cause_id, 'platform', p_payment_id, p_now);
            CONTINUE;
        END IF;
        v_leg := v_share.recipient_type || ':' || v_share.recipient_id;
        v_held := payments.escrow_draw_down(p_tenant_id, p_payment_id, p_cause_type, p_cause_id,
            v_share.recipient_type, v_share.recipient_id, v_share.amount, p_now);
        PERFORM payments.posting_add(
            p_tenant_id, g.account, p_contra, v_share.recipient_type, v_share.recipient_id,
            g.amount, v_share.currency, p_cause_type, p_cause_id, g.leg, p_payment_id, p_now)
           FROM (VALUES ('payee_held', v_held, 'held:' || v_leg),
                        ('payee_payable', v_share.amount - v_held, v_leg))
                AS g (account, amount, leg);
        SELECT coalesce(sum(CASE WHEN t.unsent
                   THEN payments.transfer_reduce(p_tenant_id, t.transfer_id, t.amount,
                                                 p_cause_id, p_now)
                   ELSE payments.reversal_request(p_tenant_id, t.transfer_id, p_cause_type,
                                                  p_cause_id, t.amount, p_now) END), 0),
               v_share.amount - v_held - coalesce(sum(t.amount), 0)
          INTO v_enqueued, v_owed
          FROM payments.clawback_transfers(p_tenant_id, p_payment_id, v_share.recipient_type,
                   v_share.recipient_id, v_share.amount - v_held) AS t;
        v_due := v_due + v_enqueued;
        -- What no transfer covers was kept back for an older debt: it is owed again.
        PERFORM payments.receivable_open(p_tenant_id, p_payment_id, v_share.recipient_type,
            v_share.recipient_id, p_cause_type, p_cause_id, v_owed, v_share.currency, p_now);
    END LOOP;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.clawback_apply(uuid, uuid, text, uuid, bigint, text, timestamptz) IS
    'Shares out what a refund or lost dispute took (minor units), posts it against p_contra, and '
    'takes each payee''s part back: from the hold, from transfers not sent yet, by reversals; what '
    'no transfer covers becomes a receivable. Returns how many operations became due.';
