CREATE OR REPLACE FUNCTION payments.payment_settle(
    p_tenant_id uuid, p_payment_id uuid, p_charge_id text, p_captured bigint, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_currency text;
    v_amount bigint;
    v_due integer;
BEGIN
    IF p_charge_id IS NULL THEN
        RAISE EXCEPTION 'a captured payment must name its charge' USING ERRCODE = 'PY032';
    END IF;
    UPDATE payments.payment_transactions AS p
       SET status = 'succeeded', amount_captured = p_captured, settled_at = p_now,
           updated_at = p_now,
           failure_code = NULL, failure_message = NULL
     WHERE p.tenant_id = p_tenant_id AND p.id = p_payment_id AND p.settled_at IS NULL
    RETURNING p.currency, p.amount INTO v_currency, v_amount;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    UPDATE payments.payment_splits AS s
       SET amount = c.amount
      FROM payments.split_calculate(v_amount, p_captured,
                                    payments.split_shares(p_tenant_id, p_payment_id),
                                    payments.currency_unit(v_currency)) AS c
     WHERE s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id
       AND s.recipient_type = c.recipient_type AND s.recipient_id = c.recipient_id;
    INSERT INTO payments.ledger_postings
        (tenant_id, id, debit_account_id, credit_account_id, amount, currency, cause_type, cause_id,
         leg, payment_id, posted_at)
    SELECT p_tenant_id, payments.id_derive(p_tenant_id, 'posting', 'capture', s.id::text),
           payments.ledger_account_id(p_tenant_id, 'provider_clearing', '', '', v_currency),
           CASE s.recipient_type
               WHEN 'platform' THEN payments.ledger_account_id(p_tenant_id, 'platform_revenue', '',
                   '', v_currency)
               ELSE payments.ledger_account_id(p_tenant_id, 'payee_payable', s.recipient_type,
                                               s.recipient_id, v_currency)
           END,
           s.amount, v_currency, 'capture', s.id, 'share', p_payment_id, p_now
      FROM payments.payment_splits AS s
     WHERE s.tenant_id = p_tenant_id AND s.payment_id = p_payment_id AND s.amount > 0;
    PERFORM payments.escrow_hold(p_tenant_id, p_payment_id, p_now);
    v_due := payments.transfers_plan(p_tenant_id, p_payment_id, 'settlement', p_payment_id,
        payments.payees_due(p_tenant_id, p_payment_id), p_charge_id, p_now, true);
    -- A chargeback can be older than the news of the payment's success.
    RETURN v_due + CASE WHEN EXISTS (
        SELECT FROM payments.disputes AS d WHERE d.tenant_id = p_tenant_id
           AND d.payment_id = p_payment_id)
        THEN payments.disputes_settle(p_tenant_id, p_payment_id, p_now) ELSE 0 END;
END
$$;
COMMENT ON FUNCTION payments.payment_settle(uuid, uuid, text, bigint, timestamptz) IS
    'Settles a captured payment once: fixes each recipient''s amount, posts it, writes the '
    'transfers and their operations, all in this transaction. p_captured in minor units. Returns '
    'how many operations became due; 0 when it was settled before. Raises PY032 (no charge).';
