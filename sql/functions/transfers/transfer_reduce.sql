CREATE OR REPLACE FUNCTION payments.transfer_reduce(
    p_tenant_id uuid, p_transfer_id uuid, p_amount bigint, p_cause_id uuid, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    -- Its own: the same cause may have to pay this payee again, as when the refund that reduced
    -- this one fails.
    v_cause_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'reduced', p_transfer_id::text,
                                                   p_cause_id::text);
    v_transfer payments.stripe_transfers;
    v_call record;
    v_due integer;
BEGIN
    SELECT o.last_error_code, o.last_error INTO v_call FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.subject_id = p_transfer_id AND o.kind = 'transfer';
    -- The frozen request cannot change: the transfer is canceled unsent and a smaller one takes its
    -- place.
    UPDATE payments.stripe_operations AS o
       SET state = 'failed', outcome = 'failed', last_error_code = 'superseded',
           finished_at = p_now, updated_at = p_now
     WHERE o.tenant_id = p_tenant_id AND o.subject_id = p_transfer_id AND o.kind = 'transfer'
       AND o.first_sent_at IS NULL;
    UPDATE payments.stripe_transfers AS t SET status = 'canceled', updated_at = p_now
     WHERE t.tenant_id = p_tenant_id AND t.id = p_transfer_id
    RETURNING t.* INTO v_transfer;
    IF v_transfer.amount = p_amount THEN
        RETURN 0;
    END IF;
    v_due := payments.transfers_plan(
        p_tenant_id, v_transfer.payment_id, v_transfer.purpose, v_cause_id,
        jsonb_build_array(jsonb_build_object('accountId', v_transfer.connected_account_id,
                                             'amount', v_transfer.amount - p_amount)),
        v_transfer.source_transaction, p_now, false);
    IF v_call.last_error_code IS DISTINCT FROM 'canceled_by_operator' THEN
        RETURN v_due;
    END IF;
    -- What a person has called off stays called off, smaller or not.
    UPDATE payments.stripe_operations AS o
       SET state = 'failed', outcome = 'failed', last_error_code = v_call.last_error_code,
           last_error = v_call.last_error, finished_at = p_now
      FROM payments.stripe_transfers AS t
     WHERE t.tenant_id = p_tenant_id AND t.payment_id = v_transfer.payment_id
       AND t.cause_id = v_cause_id
       AND o.tenant_id = p_tenant_id AND o.subject_id = t.id AND o.kind = 'transfer';
    UPDATE payments.stripe_transfers AS t SET status = 'failed'
     WHERE t.tenant_id = p_tenant_id AND t.payment_id = v_transfer.payment_id
       AND t.cause_id = v_cause_id;
    RETURN 0;
END
$$;
COMMENT ON FUNCTION payments.transfer_reduce(uuid, uuid, bigint, uuid, timestamptz) IS
    'Makes a transfer that was never sent smaller by an amount (minor units), or cancels it; one '
    'that an operator called off stays so. Returns how many operations became due.';
