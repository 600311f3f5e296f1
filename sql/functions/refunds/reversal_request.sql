CREATE OR REPLACE FUNCTION payments.reversal_request(
    p_tenant_id uuid, p_transfer_id uuid, p_cause_type text, p_cause_id uuid, p_amount bigint,
    p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_reversal_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'reversal', p_cause_type,
                                                      p_cause_id::text, p_transfer_id::text);
BEGIN
    INSERT INTO payments.transfer_reversals
        (tenant_id, id, transfer_id, payment_id, cause_type, cause_id, amount, currency, status,
         created_at, updated_at)
    SELECT p_tenant_id, v_reversal_id, t.id, t.payment_id, p_cause_type, p_cause_id, p_amount,
           t.currency, 'waiting', p_now, p_now
      FROM payments.stripe_transfers AS t
     WHERE t.tenant_id = p_tenant_id AND t.id = p_transfer_id;
    RETURN payments.reversals_enqueue(p_tenant_id, p_transfer_id, p_now);
END
$$;
COMMENT ON FUNCTION payments.reversal_request(uuid, uuid, text, uuid, bigint, timestamptz) IS
    'Plans a reversal of part of a transfer (minor units) and, when the transfer is paid, asks for '
    'it. Returns how many operations became due.';
