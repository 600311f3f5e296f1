CREATE OR REPLACE FUNCTION payments.clawback_apply(
    p_tenant_id uuid, p_payment_id uuid, p_cause_type text, p_cause_id uuid, p_amount bigint,
    p_contra text, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_share record;
    v_currency text;
    v_due integer := 0;
BEGIN
    SELECT p.currency INTO v_currency FROM payments.payment_transactions AS p
     WHERE p.tenant_id = p_tenant_id AND p.id = p_payment_id;
    FOR v_share IN
        SELECT s.* FROM payments.clawback_share(p_tenant_id, p_payment_id, p_cause_type, p_cause_id,
                                                p_amount, p_now) AS s
    LOOP
        IF v_share.recipient_type = 'platform' THEN
            PERFORM payments.posting_add(p_tenant_id, 'platform_revenue', p_contra, '', '',
                                         v_share.amount, v_currency,
                p_cause_type, p_cause_id, 'platform', p_payment_id, p_now);
        ELSE
            v_due := v_due + payments.clawback_from_payee(p_tenant_id, p_payment_id, p_cause_type,
                                                          p_cause_id,
                v_share.recipient_type, v_share.recipient_id, v_share.amount, v_currency, p_contra,
                p_now);
        END IF;
    END LOOP;
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.clawback_apply(uuid, uuid, text, uuid, bigint, text, timestamptz) IS
    'Shares out what a refund or lost dispute took (minor units), posts it against p_contra, and '
    'takes each payee''s part back: from the hold, from transfers not sent yet, by reversals. '
    'Returns how many operations became due.';
