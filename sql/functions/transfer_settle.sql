CREATE OR REPLACE FUNCTION payments.transfer_settle(p_tenant_id uuid, p_transfer_id uuid, p_object jsonb, p_now timestamptz)
RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_transfer payments.stripe_transfers;
BEGIN
    UPDATE payments.stripe_transfers AS t
       SET status = 'paid', stripe_transfer_id = p_object ->> 'id', paid_at = p_now, updated_at = p_now
     WHERE t.tenant_id = p_tenant_id AND t.id = p_transfer_id AND t.status IN ('pending', 'blocked', 'failed')
    RETURNING t.* INTO v_transfer;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    PERFORM payments.provider_object_claim(p_tenant_id, p_object ->> 'id', 'transfer', p_transfer_id, p_now);
    INSERT INTO payments.ledger_postings
        (tenant_id, id, debit_account_id, credit_account_id, amount, currency, cause_type, cause_id, leg, payment_id, posted_at)
    VALUES (p_tenant_id, payments.id_derive(p_tenant_id, 'posting', 'transfer', p_transfer_id::text),
            payments.ledger_account_id(p_tenant_id, 'payee_payable', v_transfer.recipient_type, v_transfer.recipient_id, v_transfer.currency),
            payments.ledger_account_id(p_tenant_id, 'provider_clearing', '', '', v_transfer.currency),
            v_transfer.amount, v_transfer.currency, 'transfer', p_transfer_id, 'paid', v_transfer.payment_id, p_now);
    RETURN payments.reversals_start(p_tenant_id, p_transfer_id, p_now);
END
$$;
COMMENT ON FUNCTION payments.transfer_settle(uuid, uuid, jsonb, timestamptz) IS
    'Marks a transfer as paid by the given Stripe transfer and posts it, once; reversals that waited for it start. Returns how many operations became due. Raises PY033 when Stripe''s id is another row''s.';
