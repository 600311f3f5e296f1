-- owner: payments_system
-- Whoever can write to Stripe can write metadata. They tell here only where to look: what counts is
-- that our own operation is found there.
CREATE OR REPLACE FUNCTION payments.reconcile_owner(p_account text, p_object jsonb,
                                                    OUT tenants bigint, OUT tenant_id uuid)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_source CONSTANT jsonb := coalesce(p_object -> 'source', '{}');
    v_metadata CONSTANT jsonb := coalesce(nullif(p_object -> 'metadata', '{}'),
                                          v_source -> 'metadata', '{}');
BEGIN
    SELECT count(DISTINCT o.tenant_id), min(o.tenant_id::text)::uuid INTO tenants, tenant_id
      FROM payments.provider_objects AS o
     WHERE o.provider_id IN (
        p_account, p_object ->> 'id', p_object ->> 'payment_intent', p_object ->> 'charge',
         p_object ->> 'transfer',
        p_object ->> 'destination', p_object ->> 'source_transaction', v_source ->> 'id',
        v_source ->> 'payment_intent',
        v_source ->> 'charge', v_source ->> 'transfer', v_source ->> 'destination',
        v_source ->> 'source_transaction',
        v_source ->> 'source_transfer');
    IF tenants = 0 THEN
        SELECT count(*), min(o.tenant_id::text)::uuid INTO tenants, tenant_id
          FROM payments.stripe_operations AS o
         WHERE o.tenant_id = payments.uuid_parse(v_metadata ->> 'tenant_id')
           AND o.id = payments.uuid_parse(v_metadata ->> 'operation_id');
    END IF;
END
$$;
COMMENT ON FUNCTION payments.reconcile_owner(text, jsonb) IS
    'Whose an object of Stripe''s is, by the ids it names (and those of its source, for a balance '
    'transaction), or by our own operation that made it: how many tenants, and the tenant when it '
    'is one.';
