CREATE OR REPLACE FUNCTION payments.split_transfer_to_payee(
    p_payment payments.payment_transactions, p_account_id uuid, p_recipient_type text,
    p_recipient_id text, p_amount bigint, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM payments.escrows AS e
                WHERE e.tenant_id = p_payment.tenant_id AND e.payment_id = p_payment.id
                  AND e.recipient_type = p_recipient_type AND e.recipient_id = p_recipient_id) THEN
        RAISE EXCEPTION 'the share of % % is held', p_recipient_type, p_recipient_id
            USING ERRCODE = 'PY030';
    END IF;
    UPDATE payments.payment_splits AS s SET amount = s.amount - p_amount
     WHERE s.tenant_id = p_payment.tenant_id AND s.payment_id = p_payment.id
       AND s.recipient_type = 'platform';
    UPDATE payments.payment_splits AS s SET amount = s.amount + p_amount
     WHERE s.tenant_id = p_payment.tenant_id AND s.payment_id = p_payment.id
       AND s.recipient_type = p_recipient_type AND s.recipient_id = p_recipient_id;
    IF FOUND THEN
        RETURN;
    END IF;
    INSERT INTO payments.payment_splits
        (tenant_id, id, payment_id, position, recipient_type, recipient_id, connected_account_id,
         amount, currency, created_at)
    SELECT p_payment.tenant_id, payments.id_derive(p_payment.tenant_id, 'split', p_payment.id::text,
                                                   p_recipient_type, p_recipient_id),
           p_payment.id, coalesce(max(s.position) + 1, 0), p_recipient_type, p_recipient_id,
           p_account_id, p_amount, p_payment.currency, p_now
      FROM payments.payment_splits AS s
     WHERE s.tenant_id = p_payment.tenant_id AND s.payment_id = p_payment.id
       AND s.recipient_type <> 'platform';
END
$$;
COMMENT ON FUNCTION payments.split_transfer_to_payee(payments.payment_transactions, uuid, text,
                                                     text, bigint, timestamptz) IS
    'Moves part of the platform''s share (minor units) of a locked, settled payment to a payee. '
    'Raises PY030 when the payee''s share is in escrow.';
