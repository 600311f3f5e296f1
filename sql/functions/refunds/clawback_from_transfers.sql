CREATE OR REPLACE FUNCTION payments.clawback_from_transfers(
    p_tenant_id uuid, p_payment_id uuid, p_cause_type text, p_cause_id uuid, p_recipient_type text,
    p_recipient_id text,
    p_amount bigint, p_currency text, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_transfer record;
    v_left bigint := p_amount;
    v_part bigint;
    v_due integer := 0;
BEGIN
    PERFORM payments.payees_lock(p_tenant_id, ARRAY(
        SELECT a.id FROM payments.connected_accounts AS a
         WHERE a.tenant_id = p_tenant_id AND a.recipient_type = p_recipient_type
           AND a.recipient_id = p_recipient_id));
    -- Unsent first: money that has not gone out need not come back.
    FOR v_transfer IN
        SELECT t.id, t.status, t.amount - t.amount_reversed - t.amount_reversal_pending AS open,
               o.id AS operation_id, o.state IN ('ready', 'failed')
                   AND o.first_sent_at IS NULL AS unsent
          FROM payments.stripe_transfers AS t
          JOIN payments.stripe_operations AS o ON o.tenant_id = p_tenant_id AND o.subject_id = t.id
           AND o.kind = 'transfer'
         WHERE t.tenant_id = p_tenant_id AND t.payment_id = p_payment_id
           AND t.recipient_type = p_recipient_type
           AND t.recipient_id = p_recipient_id AND t.status NOT IN ('canceled', 'reversed')
         ORDER BY 5 DESC, t.created_at DESC, t.id
           FOR NO KEY UPDATE OF o
    LOOP
        EXIT WHEN v_left = 0;
        v_part := least(v_left, v_transfer.open);
        CONTINUE WHEN v_part = 0;
        IF v_transfer.unsent AND v_transfer.open = (SELECT t.amount
                                                      FROM payments.stripe_transfers AS t
                                                     WHERE t.tenant_id = p_tenant_id
                                                       AND t.id = v_transfer.id) THEN
            v_due := v_due + payments.transfer_reduce(p_tenant_id, v_transfer.id, v_part,
                                                      p_cause_id, p_now);
        ELSE
            v_due := v_due + payments.reversal_request(p_tenant_id, v_transfer.id, p_cause_type,
                                                       p_cause_id, v_part, p_now);
        END IF;
        v_left := v_left - v_part;
    END LOOP;
    PERFORM payments.receivable_open(p_tenant_id, p_payment_id, p_recipient_type, p_recipient_id,
                                     p_cause_type, p_cause_id,
        v_left, p_currency, p_now);
    RETURN v_due;
END
$$;
COMMENT ON FUNCTION payments.clawback_from_transfers(uuid, uuid, text, uuid, text, text, bigint,
                                                     text, timestamptz) IS
    'Gets an amount (minor units) back from a payee''s transfers of a payment: unsent ones are '
    'made smaller, sent ones reversed; what no transfer covers (it was netted) becomes a '
    'receivable. Returns how many operations became due.';
