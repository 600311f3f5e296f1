CREATE OR REPLACE FUNCTION payments.invariant_end_matches_events(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', payment.id::text,
           format('status %s, Stripe last said %s', payment.status,
                  coalesce(intent.stripe_status, 'nothing')), named.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS named (id)
      JOIN payments.payment_transactions AS payment
        ON payment.tenant_id = p_tenant_id AND payment.id = named.id
      JOIN payments.payment_intents AS intent
        ON intent.tenant_id = p_tenant_id AND intent.id = payment.id
     WHERE (payment.status IN ('succeeded', 'canceled')
            OR intent.stripe_status IN ('succeeded', 'canceled'))
       AND payment.status IS DISTINCT FROM intent.stripe_status
$$;
COMMENT ON FUNCTION payments.invariant_end_matches_events(uuid, uuid[]) IS
    'Breaches of M16: a payment has ended exactly as Stripe said it ended, in whatever order the '
    'news came. That every order and repetition ends the same is proven in '
    'tests/properties/test_event_order.py.';
