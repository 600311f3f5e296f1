CREATE OR REPLACE FUNCTION payments.reconcile_heal(p_tenant_id uuid, p_run_id text, p_account text,
                                                   p_resource text, p_found record)
RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF p_found.class = 'unexplained_balance_transaction'
        AND jsonb_typeof(p_found.object -> 'source') = 'object' THEN
        RETURN payments.operation_reconsider(p_tenant_id, p_found.object -> 'source',
                                             payments.clock());
    ELSIF p_found.class = 'missing_here'
        OR (p_found.class = 'state_differs' AND p_resource = 'payouts') THEN
        RETURN payments.operation_reconsider(p_tenant_id, p_found.object, payments.clock())
             + payments.object_apply(p_tenant_id, p_account, p_resource, p_found.object);
    ELSIF p_found.class IN ('state_differs', 'captured_differs') THEN
        RETURN payments.fetch_enqueue(p_tenant_id, p_found.payment_id, p_found.object_id,
                                      p_resource, p_found.object ->> 'id', 'run ' || p_run_id);
    END IF;
    RETURN 0;
END
$$;
COMMENT ON FUNCTION payments.reconcile_heal(uuid, text, text, text, record) IS
    'What can be done about a finding (object, class, object_id, payment_id) without a person: '
    'another state is read from Stripe, an object that our unresolved operation made is adopted by '
    'it, a refund, dispute or payout that we never heard of is applied. Returns how many '
    'operations became due.';
