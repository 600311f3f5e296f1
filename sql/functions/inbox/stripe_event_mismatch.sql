CREATE OR REPLACE FUNCTION payments.stripe_event_mismatch(
    p_tenant_id uuid, p_payment_id uuid, p_amount text, p_currency text, p_livemode text
) RETURNS text
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT CASE
        WHEN p.amount::text IS DISTINCT FROM p_amount
            THEN format('amount %s, ours is %s', p_amount, p.amount)
        WHEN p.currency IS DISTINCT FROM p_currency
            THEN format('currency %s, ours is %s', p_currency, p.currency)
        WHEN i.livemode::text IS DISTINCT FROM p_livemode
            THEN format('livemode %s, ours is %s', p_livemode, i.livemode::text)
    END
      FROM payments.payment_transactions AS p
      JOIN payments.payment_intents AS i ON i.tenant_id = p_tenant_id AND i.id = p.id
     WHERE p.tenant_id = p_tenant_id AND p.id = p_payment_id
$$;
COMMENT ON FUNCTION payments.stripe_event_mismatch(uuid, uuid, text, text, text) IS
    'In what an event contradicts our payment: amount, currency or livemode; null when in nothing.';
