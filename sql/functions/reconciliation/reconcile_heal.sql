CREATE OR REPLACE FUNCTION payments.reconcile_heal(p_tenant_id uuid, p_run_id text, p_account text,
                                                   p_resource text, p_finding jsonb)
RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_class CONSTANT text := p_finding ->> 'class';
    v_object CONSTANT jsonb := p_finding -> 'object';
BEGIN
    IF v_class = 'unexplained_balance_transaction'
        AND jsonb_typeof(v_object -> 'source') = 'object' THEN
        RETURN payments.operation_reconsider(p_tenant_id, v_object -> 'source', payments.clock());
    ELSIF v_class = 'missing_here' OR (v_class = 'state_differs' AND p_resource = 'payouts') THEN
        RETURN payments.operation_reconsider(p_tenant_id, v_object, payments.clock())
             + payments.object_apply(p_tenant_id, p_account, p_resource, v_object);
    ELSIF v_class IN ('state_differs', 'captured_differs') THEN
        RETURN payments.fetch_enqueue(p_tenant_id, (p_finding ->> 'payment_id')::uuid,
                                      (p_finding ->> 'object_id')::uuid, p_resource,
                                      v_object ->> 'id', 'run ' || p_run_id);
    END IF;
    RETURN 0;
END
$$;
COMMENT ON FUNCTION payments.reconcile_heal(uuid, text, text, text, jsonb) IS
    'What can be done about a finding (object, class, object_id, payment_id) without a person: '
    'another state is read from Stripe, an object that our unresolved operation made is adopted by '
    'it, a refund, dispute or payout that we never heard of is applied. Returns how many '
    'operations became due.';
