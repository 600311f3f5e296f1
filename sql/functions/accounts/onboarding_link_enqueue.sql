CREATE OR REPLACE FUNCTION payments.onboarding_link_enqueue(
    p_tenant_id uuid, p_account_id uuid, p_cause text, p_idempotency_id uuid, p_trace_context text,
    p_lease_seconds numeric
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_id CONSTANT uuid := payments.id_derive(p_tenant_id, 'account_link', p_account_id::text,
                                             p_cause);
    v_params jsonb;
BEGIN
    SELECT jsonb_build_object('account', a.stripe_account_id, 'type', 'account_onboarding',
                              'refresh_url', t.onboarding_refresh_url, 'return_url',
                              t.onboarding_return_url) INTO v_params
      FROM payments.connected_accounts AS a
      JOIN payments.tenants AS t ON t.tenant_id = p_tenant_id
     WHERE a.tenant_id = p_tenant_id AND a.id = p_account_id;
    UPDATE payments.idempotency_keys AS k SET operation_id = v_id
     WHERE k.tenant_id = p_tenant_id AND k.id = p_idempotency_id AND k.operation_id IS DISTINCT
      FROM v_id;
    RETURN payments.operation_enqueue(p_tenant_id, jsonb_build_object(
        'id', v_id, 'kind', 'account_link', 'subjectId', p_account_id,
        'lockKey', 'account_link:' || v_id,
        'request', jsonb_build_object('target', NULL, 'params', v_params),
        'idempotencyId', p_idempotency_id, 'traceContext', p_trace_context), p_lease_seconds);
END
$$;
COMMENT ON FUNCTION payments.onboarding_link_enqueue(uuid, uuid, text, uuid, text, numeric) IS
    'Writes the operation that fetches an onboarding link; returns it when a request carries it (a '
    'lease given), else null.';
