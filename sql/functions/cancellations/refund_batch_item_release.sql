CREATE OR REPLACE FUNCTION payments.refund_batch_item_release(
    p_item payments.refund_batch_items, p_payment payments.payment_transactions, p_now timestamptz
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    -- A capture on its way may succeed: then there will be something to refund.
    IF EXISTS (SELECT FROM payments.stripe_operations AS o
                WHERE o.tenant_id = p_item.tenant_id AND o.payment_id = p_payment.id
                  AND o.lock_key = 'payment:' || p_payment.id AND o.outcome IS NULL) THEN
        UPDATE payments.refund_batch_items AS i
           SET next_run_at = p_now + interval '1 minute',
               error = 'another call for the payment is under way', updated_at = p_now
         WHERE i.tenant_id = p_item.tenant_id AND i.id = p_item.id;
        RETURN 0;
    END IF;
    UPDATE payments.refund_batch_items AS i
       SET state = 'skipped', error = 'not captured: canceled instead', updated_at = p_now
     WHERE i.tenant_id = p_item.tenant_id AND i.id = p_item.id;
    IF p_payment.status <> 'requires_capture' THEN
        RETURN 0;
    END IF;
    UPDATE payments.payment_intents AS n SET cancel_reason = 'event_canceled', updated_at = p_now
     WHERE n.tenant_id = p_item.tenant_id AND n.id = p_payment.id;
    PERFORM payments.payment_operation_enqueue(p_payment, 'cancel', '{}');
    RETURN 1;
END
$$;
COMMENT ON FUNCTION payments.refund_batch_item_release(payments.refund_batch_items,
                                                       payments.payment_transactions,
                                                       timestamptz) IS
    'Has the locked, authorised payment of a canceled event canceled, so that its buyer''s money '
    'is free again; behind another call it is tried again a minute later. Returns how many '
    'operations became due.';
