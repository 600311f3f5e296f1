CREATE OR REPLACE FUNCTION api.escrow_cancel(
    p_tenant_id uuid, p_subject text, p_idempotency_key text, p_fingerprint bytea, p_escrow_id uuid,
    p_request jsonb, p_lease_seconds numeric, p_trace_context text DEFAULT NULL,
    p_origin jsonb DEFAULT NULL
) RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
                 detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_escrow payments.escrows;
BEGIN
    PERFORM payments.tenant_admit(p_tenant_id);
    RETURN QUERY SELECT * FROM payments.idempotency_begin(
        p_tenant_id, p_subject, 'escrows.cancel', p_idempotency_key, p_fingerprint, NULL,
        p_escrow_id::text, p_origin);
    IF FOUND THEN
        RETURN;
    END IF;
    v_escrow := payments.escrow_lock(p_tenant_id, p_escrow_id);
    IF v_escrow.status NOT IN ('held', 'partially_released') THEN
        RAISE EXCEPTION 'an escrow in status % is not canceled', v_escrow.status
            USING ERRCODE = 'PY030';
    END IF;
    -- The sale is off: the buyer gets back all that remains, the others' shares included.
    PERFORM payments.refund_request(
        p_tenant_id, payments.id_derive(p_tenant_id, 'refund', 'escrow', p_escrow_id::text,
                                        p_subject, p_idempotency_key),
        v_escrow.payment_id,
        jsonb_build_object('reason', 'event_canceled', 'note', p_request ->> 'reason',
                           'origin', 'escrow', 'subject', p_subject),
        p_trace_context => p_trace_context);
    PERFORM payments.escrow_note(
        p_tenant_id, p_escrow_id, 'canceled', v_escrow.held_amount, p_request ->> 'reason',
        p_subject, 'api:' || payments.idempotency_id(p_tenant_id, p_subject, 'escrows.cancel',
                                                     p_idempotency_key), payments.clock());
    RETURN QUERY SELECT * FROM payments.idempotency_store(
        p_tenant_id, p_subject, 'escrows.cancel', p_idempotency_key, 200,
        payments.escrow_json(p_tenant_id, p_escrow_id));
END
$$;
COMMENT ON FUNCTION api.escrow_cancel(uuid, text, text, bytea, uuid, jsonb, numeric, text, jsonb) IS
    'Calls a held sale off: refunds all that remains of its payment; the hold empties, and the '
    'escrow is canceled, when Stripe accepts the refund. Raises PY003, PY010, PY030, PY040, PY051, '
    'PY052.';
