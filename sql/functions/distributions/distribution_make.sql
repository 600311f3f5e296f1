CREATE OR REPLACE FUNCTION payments.distribution_make(
    p_payment payments.payment_transactions, p_id uuid, p_payees jsonb, p_charge_id text,
    p_subject text, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_total CONSTANT numeric := (SELECT sum((y ->> 'amount')::bigint)
                                   FROM jsonb_array_elements(p_payees) AS y);
    v_remaining CONSTANT bigint :=
        payments.distribution_remaining(p_payment.tenant_id, p_payment.id);
    v_payee record;
BEGIN
    IF (v_total <= v_remaining) IS NOT TRUE
        OR EXISTS (SELECT FROM jsonb_array_elements(p_payees) AS y
                    WHERE (y ->> 'amount')::bigint < 1) THEN
        RAISE EXCEPTION 'each amount must be at least 1, all together at most %', v_remaining
            USING ERRCODE = 'PY021';
    END IF;
    PERFORM payments.currency_unit_check(p_payment.currency, (y ->> 'amount')::bigint)
        FROM jsonb_array_elements(p_payees) AS y;
    INSERT INTO payments.distributions (tenant_id, id, payment_id, amount, currency, created_by,
                                        created_at)
    VALUES (p_payment.tenant_id, p_id, p_payment.id, v_total, p_payment.currency, p_subject, p_now);
    PERFORM payments.clawback_snapshot(p_payment.tenant_id, p_payment.id);
    FOR v_payee IN
        WITH payee AS MATERIALIZED (
            SELECT (y ->> 'accountId')::uuid AS account_id, (y ->> 'amount')::bigint AS amount
              FROM jsonb_array_elements(p_payees) AS y
        )
        SELECT a.id, a.recipient_type, a.recipient_id, y.amount
          FROM payee AS y
          JOIN payments.connected_accounts AS a ON a.tenant_id = p_payment.tenant_id
           AND a.id = y.account_id
         ORDER BY a.id
    LOOP
        PERFORM payments.split_transfer_to_payee(p_payment, v_payee.id, v_payee.recipient_type,
                                                 v_payee.recipient_id, v_payee.amount, p_now);
        PERFORM payments.posting_add(
            p_payment.tenant_id, 'platform_revenue', 'payee_payable', v_payee.recipient_type,
            v_payee.recipient_id, v_payee.amount, p_payment.currency, 'distribution', p_id,
            v_payee.recipient_type || ':' || v_payee.recipient_id, p_payment.id, p_now);
    END LOOP;
    RETURN payments.transfers_plan(p_payment.tenant_id, p_payment.id, 'distribution', p_id,
                                   p_payees, p_charge_id, p_now, true);
END
$$;
COMMENT ON FUNCTION payments.distribution_make(payments.payment_transactions, uuid, jsonb, text,
                                               text, timestamptz) IS
    'Moves amounts (minor units) from the platform''s share of a locked payment to payees: shares, '
    'postings, transfers. Returns how many operations became due. Raises PY021 (more than '
    'remains), PY030 (a payee''s share is held).';
