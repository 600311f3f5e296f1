CREATE OR REPLACE FUNCTION payments.reconcile_findings(p_tenant_id uuid, p_account text,
                                                       p_resource text, p_object jsonb)
RETURNS TABLE (class text, object_id uuid, payment_id uuid, at_provider text, ours text,
               unexplained bigint)
LANGUAGE plpgsql STABLE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_facts record;
    v_explained bigint;
BEGIN
    IF p_resource = 'balance_transactions' THEN
        v_explained := payments.transaction_explain(p_tenant_id, p_account, p_object);
        RETURN QUERY
        SELECT 'unexplained_balance_transaction', NULL::uuid, NULL::uuid, p_object ->> 'net',
               v_explained::text,
               (p_object ->> 'net')::bigint - v_explained
         WHERE (p_object ->> 'net')::bigint IS DISTINCT FROM v_explained;
        RETURN;
    END IF;
    SELECT f.* INTO v_facts FROM payments.provider_facts(p_tenant_id, p_resource, p_object) AS f;
    IF FOUND THEN
        RETURN QUERY
        SELECT t.key || '_differs', v_facts.object_id, v_facts.payment_id, t.value,
               v_facts.ours ->> t.key, 0::bigint
          FROM jsonb_each_text(v_facts.theirs) AS t
         WHERE t.value IS DISTINCT FROM v_facts.ours ->> t.key;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT CASE WHEN o.provider_id IS NULL THEN 'missing_here'
        ELSE 'duplicate_at_provider' END, o.subject_id, o.payment_id,
           concat_ws(' ', p_object ->> 'amount', p_object ->> 'currency', p_object ->> 'status'),
           CASE WHEN o.id IS NULL THEN NULL
               ELSE concat_ws(' ', 'operation', o.id, o.state, o.provider_id) END, 0::bigint
      FROM (VALUES (1)) AS one
      LEFT JOIN payments.stripe_operations AS o
        ON o.tenant_id = p_tenant_id
           AND o.id = payments.uuid_parse(p_object #>> '{metadata,operation_id}');
END
$$;
COMMENT ON FUNCTION payments.reconcile_findings(uuid, text, text, jsonb) IS
    'In what an object of one of Stripe''s lists and our rows do not agree: no row when they do. '
    'unexplained is Stripe''s money minus ours, minor units.';
