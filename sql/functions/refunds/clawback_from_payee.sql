CREATE OR REPLACE FUNCTION payments.clawback_from_payee(
    p_tenant_id uuid, p_payment_id uuid, p_cause_type text, p_cause_id uuid, p_recipient_type text,
    p_recipient_id text,
    p_amount bigint, p_currency text, p_contra text, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_leg CONSTANT text := p_recipient_type || ':' || p_recipient_id;
    v_held bigint;
BEGIN
    v_held := payments.escrow_draw_down(p_tenant_id, p_payment_id, p_cause_type, p_cause_id,
                                        p_recipient_type, p_recipient_id, p_amount, p_now);
    PERFORM payments.posting_add(p_tenant_id, 'payee_held', p_contra, p_recipient_type,
                                 p_recipient_id, v_held, p_currency,
        p_cause_type, p_cause_id, 'held:' || v_leg, p_payment_id, p_now);
    PERFORM payments.posting_add(p_tenant_id, 'payee_payable', p_contra, p_recipient_type,
                                 p_recipient_id, p_amount - v_held,
        p_currency, p_cause_type, p_cause_id, v_leg, p_payment_id, p_now);
    RETURN payments.clawback_from_transfers(p_tenant_id, p_payment_id, p_cause_type, p_cause_id,
                                            p_recipient_type, p_recipient_id,
        p_amount - v_held, p_currency, p_now);
END
$$;
COMMENT ON FUNCTION payments.clawback_from_payee(uuid, uuid, text, uuid, text, text, bigint, text,
                                                 text, timestamptz) IS
    'Takes one payee''s part (minor units) of a refund or lost dispute: from the hold first, then '
    'from its transfers. Returns how many operations became due.';
