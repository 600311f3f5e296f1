CREATE OR REPLACE FUNCTION payments.connected_account_open(
    p_operation payments.stripe_operations, p_object jsonb, p_now timestamptz
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    PERFORM payments.provider_object_claim(p_operation.tenant_id, p_object ->> 'id', 'account',
                                           p_operation.subject_id, p_now);
    UPDATE payments.connected_accounts AS a
       SET status = 'open', stripe_account_id = p_object ->> 'id', updated_at = p_now
     WHERE a.tenant_id = p_operation.tenant_id AND a.id = p_operation.subject_id;
    PERFORM payments.connected_account_apply(p_operation.tenant_id, p_operation.subject_id,
                                             p_object, p_now);
    RETURN payments.onboarding_link_enqueue(
        p_operation.tenant_id, p_operation.subject_id, p_operation.idempotency_id::text,
        p_operation.idempotency_id, p_operation.trace_context,
        CASE WHEN p_operation.leased_by = 'inline'
             THEN extract(epoch FROM p_operation.next_run_at - p_operation.last_sent_at) END);
END
$$;
COMMENT ON FUNCTION payments.connected_account_open(payments.stripe_operations, jsonb,
                                                    timestamptz) IS
    'Stores the account Stripe opened and asks for its onboarding link: returns that operation '
    'when a request is to carry it, else null and the worker does. Raises PY033 when Stripe''s id '
    'is another row''s.';
