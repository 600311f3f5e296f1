CREATE OR REPLACE FUNCTION payments.operation_response(p_tenant_id uuid, p_operation_id uuid,
                                                       p_replayed boolean)
RETURNS TABLE (status integer, body jsonb, operation jsonb, replayed boolean, problem text,
               detail text)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_operation payments.stripe_operations;
BEGIN
    SELECT o.* INTO v_operation FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id AND o.id = p_operation_id;
    RETURN QUERY
    SELECT k.response_status, k.response_body, NULL::jsonb, p_replayed, k.problem, k.problem_detail
      FROM payments.idempotency_keys AS k
     WHERE k.tenant_id = p_tenant_id AND k.id = v_operation.idempotency_id
       AND k.completed_at IS NOT NULL;
    IF NOT FOUND THEN
        -- A refund is accepted for good once it is written, whether or not Stripe has answered yet.
        RETURN QUERY SELECT CASE v_operation.kind WHEN 'refund' THEN 201
            ELSE 202 END, payments.operation_body(v_operation), NULL::jsonb, p_replayed, NULL::text,
                NULL::text;
    END IF;
END
$$;
COMMENT ON FUNCTION payments.operation_response(uuid, uuid, boolean) IS
    'The client''s answer to the request behind an operation: the stored one when complete, else '
    '202 with the current state.';
