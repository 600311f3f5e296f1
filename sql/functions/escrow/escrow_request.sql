CREATE OR REPLACE FUNCTION payments.escrow_request(
    p_tenant_id uuid, p_payment_id uuid, p_subject text, p_escrow jsonb, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_escrow_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'escrow', p_payment_id::text);
    v_hold_until CONSTANT timestamptz := (p_escrow ->> 'holdUntil')::timestamptz;
BEGIN
    -- Stripe: funds may be held for 90 days at most (two years in the US; the shorter holds
    -- everywhere).
    IF v_hold_until <= p_now OR v_hold_until > p_now + interval '90 days' THEN
        RAISE EXCEPTION 'holdUntil must be in the future, at most 90 days from now'
            USING ERRCODE = 'PY020',
            DETAIL = '[{"pointer": "/escrow/holdUntil", "code": "out_of_range", "detail": "must be '
                     'within 90 days"}]';
    END IF;
    IF EXISTS (SELECT FROM jsonb_array_elements_text(coalesce(p_escrow -> 'conditions', '[]'))
                      AS n (name)
                WHERE n.name LIKE 'operator\_hold\_%') THEN
        RAISE EXCEPTION 'conditions called operator_hold_… are made by operators, to freeze an '
                        'escrow' USING ERRCODE = 'PY020',
            DETAIL = '[{"pointer": "/escrow/conditions", "code": "reserved", "detail": "must not '
                     'begin with operator_hold_"}]';
    END IF;
    INSERT INTO payments.escrows
        (tenant_id, id, payment_id, recipient_type, recipient_id, connected_account_id, currency,
         status, hold_until, created_at, updated_at)
    SELECT p_tenant_id, v_escrow_id, p_payment_id, s.recipient_type, s.recipient_id,
           s.connected_account_id, s.currency, 'pending', v_hold_until, p_now, p_now
      FROM payments.payment_splits AS s
     WHERE s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id
       AND s.connected_account_id IS NOT NULL
       AND s.recipient_type = p_escrow ->> 'recipientType'
       AND s.recipient_id = p_escrow ->> 'recipientId';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the escrow''s recipient is not one of the splits' USING ERRCODE = 'PY023';
    END IF;
    INSERT INTO payments.escrow_conditions (tenant_id, id, escrow_id, name)
    SELECT p_tenant_id,
           payments.id_derive(p_tenant_id, 'escrow_condition', v_escrow_id::text, c.name),
           v_escrow_id, c.name
      FROM (SELECT DISTINCT n.name
              FROM jsonb_array_elements_text(coalesce(p_escrow -> 'conditions', '[]'))
                   AS n (name)) AS c;
    PERFORM payments.escrow_note(p_tenant_id, v_escrow_id, 'requested', NULL, NULL, p_subject,
                                 p_payment_id::text, p_now);
END
$$;
COMMENT ON FUNCTION payments.escrow_request(uuid, uuid, text, jsonb, timestamptz) IS
    'Asks for one recipient''s share of a new payment to be held. Raises PY020 (hold beyond 90 '
    'days, an operator''s condition), PY023 (no such split).';
