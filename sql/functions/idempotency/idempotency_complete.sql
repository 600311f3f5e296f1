-- An account's answer to its creator is its onboarding link: the follow-up call completes the
-- request.
CREATE OR REPLACE FUNCTION payments.idempotency_complete(p_tenant_id uuid, p_operation_ids uuid[],
                                                         p_now timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_id uuid;
BEGIN
    FOREACH v_id IN ARRAY p_operation_ids LOOP
        UPDATE payments.idempotency_keys AS k
           SET response_status = CASE WHEN o.kind IN ('capture', 'cancel', 'evidence') THEN 200
                                      ELSE 201 END,
               response_body = payments.operation_body(o), completed_at = p_now
          FROM payments.stripe_operations AS o
         WHERE o.tenant_id = p_tenant_id AND o.id = v_id AND o.kind <> 'account'
           AND k.tenant_id = p_tenant_id AND k.id = o.idempotency_id AND k.completed_at IS NULL;
    END LOOP;
END
$$;
COMMENT ON FUNCTION payments.idempotency_complete(uuid, uuid[], timestamptz) IS
    'Stores the answers of the client requests that operations completed.';
