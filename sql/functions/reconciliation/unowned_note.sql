-- owner: payments_system
CREATE OR REPLACE FUNCTION payments.unowned_note(
    p_resource text, p_object jsonb, p_tenants bigint, OUT provider_id text, OUT object_type text,
    OUT class text,
    OUT amount bigint, OUT currency text, OUT document jsonb, OUT occurred_at timestamptz
)
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT p_object ->> 'id', coalesce(p_object ->> 'object', p_resource),
           CASE WHEN p_tenants > 1 THEN 'two_tenants'
                -- The platform's own doings, which concern no tenant.
                WHEN p_resource = 'payouts'
                    OR (p_resource = 'balance_transactions' AND p_object ->> 'type' IN (
                    'payout', 'payout_cancel', 'payout_failure', 'topup', 'topup_reversal',
                        'stripe_fee', 'stripe_fx_fee',
                    'tax_fee', 'network_cost', 'contribution', 'reserve_transaction',
                    'reserved_funds', 'advance',
                    'advance_funding', 'anticipation_repayment', 'connect_collection_transfer'))
                        THEN 'platform_money'
                ELSE 'unowned' END,
           coalesce(p_object ->> 'net', p_object ->> 'amount')::bigint, p_object ->> 'currency',
           jsonb_strip_nulls(jsonb_build_object(
               'type', p_object -> 'type', 'status', p_object -> 'status', 'payment_intent',
               p_object -> 'payment_intent',
               'charge', p_object -> 'charge', 'destination', p_object -> 'destination',
               'source', coalesce(p_object #> '{source,id}', p_object -> 'source'),
               'metadata', coalesce(nullif(p_object -> 'metadata', '{}'),
                                    p_object #> '{source,metadata}'))),
           payments.from_epoch(p_object ->> 'created')
$$;
COMMENT ON FUNCTION payments.unowned_note(text, jsonb, bigint) IS
    'What is worth keeping of an object that no tenant owns: no names, cards or addresses. Amount '
    'in minor units, of a balance transaction its net.';
