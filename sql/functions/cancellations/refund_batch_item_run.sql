CREATE OR REPLACE FUNCTION payments.refund_batch_item_run(
    p_item payments.refund_batch_items, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_payment CONSTANT payments.payment_transactions :=
        payments.payment_lock(p_item.tenant_id, p_item.payment_id);
    v_refund_id uuid;
    v_state text := 'requested';
    v_error text;
BEGIN
    IF v_payment.settled_at IS NULL THEN
        RETURN payments.refund_batch_item_release(p_item, v_payment, p_now);
    END IF;
    -- A refund that failed stays as it was; the next attempt is another one.
    v_refund_id := payments.id_derive(
        p_item.tenant_id, 'refund',
        VARIADIC ARRAY['batch', p_item.batch_id::text, p_item.payment_id::text]
                 || CASE WHEN p_item.attempts > 0 THEN ARRAY[p_item.attempts::text] ELSE '{}' END);
    BEGIN
        PERFORM payments.refund_request(
            p_item.tenant_id, v_refund_id, p_item.payment_id,
            jsonb_build_object('reason', 'event_canceled', 'origin', 'batch',
                               'subject', b.created_by))
           FROM payments.refund_batches AS b
          WHERE b.tenant_id = p_item.tenant_id AND b.id = p_item.batch_id;
    EXCEPTION
        WHEN SQLSTATE 'PY051' THEN
            v_state := 'skipped';
            v_error := 'nothing left to refund';
        WHEN SQLSTATE 'PY052' OR SQLSTATE 'PY053' THEN
            v_state := 'failed';
            v_error := SQLERRM;
    END;
    UPDATE payments.refund_batch_items AS i
       SET state = v_state, error = v_error, updated_at = p_now,
           refund_id = CASE v_state WHEN 'requested' THEN v_refund_id END,
           attempts = i.attempts + (v_state = 'failed')::integer
     WHERE i.tenant_id = p_item.tenant_id AND i.id = p_item.id;
    RETURN (v_state = 'requested')::integer;
END
$$;
COMMENT ON FUNCTION payments.refund_batch_item_run(payments.refund_batch_items, timestamptz) IS
    'Carries out one locked item of a canceled event: refunds all that remains of its payment, or '
    'cancels it when nothing was captured. Returns how many operations became due.';
