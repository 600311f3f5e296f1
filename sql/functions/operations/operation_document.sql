CREATE OR REPLACE FUNCTION payments.operation_document(
    p_operation payments.stripe_operations, p_evidence jsonb, p_fenced boolean
) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT jsonb_build_object(
        'id', p_operation.id, 'tenantId', p_operation.tenant_id, 'kind', p_operation.kind,
        'leaseEpoch', p_operation.lease_epoch, 'generation', p_operation.generation,
        'idempotencyKey', p_operation.id || ':' || p_operation.generation,
        'request', p_operation.request, 'evidence', p_evidence, 'fenced', p_fenced,
        'traceContext', payments.operation_trace(p_operation))
$$;
COMMENT ON FUNCTION payments.operation_document(payments.stripe_operations, jsonb, boolean) IS
    'What Python needs to carry one call: frozen request, Stripe key (operation id and '
    'generation), lease, where to look first, and whether it may be sent at once.';
