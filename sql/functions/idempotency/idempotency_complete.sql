CREATE OR REPLACE FUNCTION payments.idempotency_complete(p_operation payments.stripe_operations,
                                                         p_now timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF p_operation.idempotency_id IS NULL THEN
        RETURN;
    END IF;
    UPDATE payments.idempotency_keys AS k
       SET response_status = CASE WHEN p_operation.kind IN ('capture', 'cancel', 'evidence')
           THEN 200 ELSE 201 END,
           response_body = payments.operation_body(p_operation), completed_at = p_now
     WHERE k.tenant_id = p_operation.tenant_id AND k.id = p_operation.idempotency_id
       AND k.completed_at IS NULL;
END
$$;
COMMENT ON FUNCTION payments.idempotency_complete(payments.stripe_operations, timestamptz) IS
    'Stores the answer of the client request that an operation completed.';
