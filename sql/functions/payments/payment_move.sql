CREATE OR REPLACE FUNCTION payments.payment_move(p_payment payments.payment_transactions,
                                                 p_kind text, p_params jsonb) RETURNS void
LANGUAGE sql VOLATILE SET search_path = payments, pg_temp
AS $$
    SELECT payments.operation_enqueue(
               p_payment.tenant_id, p_kind,
        payments.id_derive(p_payment.tenant_id, p_kind, p_payment.id::text), p_payment.id,
        p_payment.id,
               'payment:' || p_payment.id,
               jsonb_build_object('target', i.stripe_payment_intent_id, 'params', p_params))
      FROM payments.payment_intents AS i WHERE i.tenant_id = p_payment.tenant_id
       AND i.id = p_payment.id
$$;
COMMENT ON FUNCTION payments.payment_move(payments.payment_transactions, text, jsonb) IS
    'Writes the capture or cancel operation of a locked payment for the worker; behind another '
    'call for the payment it waits its turn.';
