CREATE OR REPLACE FUNCTION payments.provider_fee_post(p_operation payments.stripe_operations,
                                                      p_object jsonb, p_now timestamptz)
RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_currency text;
    v_fee bigint := (p_object ->> 'fee')::bigint;
BEGIN
    SELECT p.currency INTO v_currency FROM payments.payment_transactions AS p
     WHERE p.tenant_id = p_operation.tenant_id AND p.id = p_operation.payment_id;
    IF v_currency IS DISTINCT FROM p_object ->> 'currency' THEN
        RAISE EXCEPTION 'the charge settled in %, the payment is in %', p_object ->> 'currency',
            v_currency USING ERRCODE = 'PY032';
    END IF;
    UPDATE payments.payment_intents AS i
       SET balance_transaction_id = p_object ->> 'id', provider_fee = v_fee, updated_at = p_now
     WHERE i.tenant_id = p_operation.tenant_id AND i.id = p_operation.payment_id
       AND i.provider_fee IS NULL;
    IF FOUND AND v_fee > 0 THEN
        INSERT INTO payments.ledger_postings
            (tenant_id, id, debit_account_id, credit_account_id, amount, currency, cause_type,
             cause_id, leg, payment_id, posted_at)
        VALUES (p_operation.tenant_id,
                payments.id_derive(p_operation.tenant_id, 'posting', 'provider_fee',
                                   p_operation.payment_id::text),
                payments.ledger_account_id(p_operation.tenant_id, 'provider_fees', '', '',
                                           v_currency),
                payments.ledger_account_id(p_operation.tenant_id, 'provider_clearing', '', '',
                                           v_currency),
                v_fee, v_currency, 'provider_fee', p_operation.payment_id, 'charge',
                p_operation.payment_id, p_now);
    END IF;
    RETURN 0;
END
$$;
COMMENT ON FUNCTION payments.provider_fee_post(payments.stripe_operations, jsonb, timestamptz) IS
    'Posts Stripe''s fee on a charge as the platform''s expense, once, from the charge''s balance '
    'transaction. Returns 0. Raises PY032 when the charge settled in another currency.';
