CREATE OR REPLACE FUNCTION payments.escrow_release_amount(
    p_escrow payments.escrows, p_amount bigint, p_reason text, p_actor text, p_cause text,
    p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_amount CONSTANT bigint := coalesce(p_amount, p_escrow.held_amount);
    v_event_id uuid;
BEGIN
    IF p_escrow.status NOT IN ('held', 'partially_released') THEN
        RAISE EXCEPTION 'an escrow in status % releases nothing', p_escrow.status
            USING ERRCODE = 'PY030';
    END IF;
    IF payments.payment_refunding(p_escrow.tenant_id, p_escrow.payment_id) THEN
        RAISE EXCEPTION 'a refund is on its way, which takes from what is held'
            USING ERRCODE = 'PY030';
    END IF;
    IF v_amount NOT BETWEEN 1 AND p_escrow.held_amount THEN
        RAISE EXCEPTION 'from 1 to % can be released', p_escrow.held_amount USING ERRCODE = 'PY021';
    END IF;
    PERFORM payments.currency_unit_check(p_escrow.currency, p_amount);
    IF EXISTS (SELECT FROM payments.escrow_conditions AS c
                WHERE c.tenant_id = p_escrow.tenant_id AND c.escrow_id = p_escrow.id
                  AND c.confirmed_at IS NULL) THEN
        RAISE EXCEPTION 'a condition of the escrow is not confirmed yet' USING ERRCODE = 'PY030';
    END IF;
    v_event_id := payments.escrow_note(p_escrow.tenant_id, p_escrow.id, 'released', v_amount,
                                       p_reason, p_actor, p_cause, p_now);
    UPDATE payments.escrows AS e
       SET held_amount = e.held_amount - v_amount, released_amount = e.released_amount + v_amount,
           updated_at = p_now,
           status = CASE WHEN e.held_amount = v_amount THEN 'released' ELSE 'partially_released' END
     WHERE e.tenant_id = p_escrow.tenant_id AND e.id = p_escrow.id;
    PERFORM payments.posting_add(
        p_escrow.tenant_id, 'payee_held', 'payee_payable', p_escrow.recipient_type,
        p_escrow.recipient_id, v_amount, p_escrow.currency, 'escrow_release', v_event_id,
        'released', p_escrow.payment_id, p_now);
    RETURN payments.transfers_plan(p_escrow.tenant_id, p_escrow.payment_id, 'release', v_event_id,
        jsonb_build_array(jsonb_build_object('accountId', p_escrow.connected_account_id,
                                             'amount', v_amount)),
        (SELECT i.latest_charge_id FROM payments.payment_intents AS i
          WHERE i.tenant_id = p_escrow.tenant_id AND i.id = p_escrow.payment_id), p_now, true);
END
$$;
COMMENT ON FUNCTION payments.escrow_release_amount(payments.escrows, bigint, text, text, text,
                                                   timestamptz) IS
    'Releases held money (null: all, minor units) of a locked escrow: history, posting, transfer '
    'in one. The same cause releases once. Returns how many operations became due. Raises PY021, '
    'PY030 (wrong state, unconfirmed condition, a refund on its way).';
