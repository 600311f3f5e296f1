CREATE OR REPLACE FUNCTION payments.operation_response(p_tenant_id uuid, p_operation_id uuid,
                                                       p_replayed boolean)
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT CASE WHEN k.completed_at IS NOT NULL THEN k.response_status
                -- A refund is accepted for good once it is written, whether or not Stripe has
                -- answered yet.
                WHEN o.kind = 'refund' THEN 201 ELSE 202 END,
           CASE WHEN k.completed_at IS NOT NULL THEN k.response_body
                ELSE payments.operation_body(o) END,
           NULL::jsonb, p_replayed, k.problem, k.problem_detail
      FROM payments.stripe_operations AS o
      LEFT JOIN payments.idempotency_keys AS k
        ON k.tenant_id = p_tenant_id AND k.id = o.idempotency_id
     WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id;
END
$$;
COMMENT ON FUNCTION payments.operation_response(uuid, uuid, boolean) IS
    'The client''s answer to the request behind an operation: the stored one when complete, else '
    '202 with the current state.';
