CREATE OR REPLACE FUNCTION payments.invariant_end_matches_events(p_tenant_id uuid,
    p_payment_ids uuid[] DEFAULT NULL)
RETURNS TABLE (object_type text, object_id text, detail text, payment_id uuid)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT 'payment', p.id::text,
           format('status %s, Stripe last said %s', p.status, coalesce(i.stripe_status, 'nothing')),
           c.id
      FROM payments.payments_named(p_tenant_id, p_payment_ids) AS c (id)
      JOIN payments.payment_transactions AS p ON p.tenant_id = p_tenant_id AND p.id = c.id
      JOIN payments.payment_intents AS i ON i.tenant_id = p_tenant_id AND i.id = p.id
     WHERE (p.status IN ('succeeded', 'canceled') OR i.stripe_status IN ('succeeded', 'canceled'))
       AND p.status IS DISTINCT FROM i.stripe_status
$$;
COMMENT ON FUNCTION payments.invariant_end_matches_events(uuid, uuid[]) IS
    'Breaches of M16: a payment has ended exactly as Stripe said it ended, in whatever order the '
    'news came. That every order and repetition ends the same is proven in '
    'tests/properties/test_event_order.py.';
