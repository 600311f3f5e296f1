-- An account's answer to its creator is its onboarding link: the follow-up call completes the
-- request.
CREATE OR REPLACE FUNCTION payments.idempotency_complete(p_tenant_id uuid, p_operation_ids uuid[],
                                                         p_now timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
BEGIN
    IF p_operation_ids = '{}' THEN
        RETURN;
    END IF;
    WITH ended AS MATERIALIZED (
        SELECT o.row AS operation
          FROM unnest((SELECT p_operation_ids)) AS i (id)
          -- LIMIT: one probe each, and never a scan of all the tenant's operations.
         CROSS JOIN LATERAL (SELECT o AS row FROM payments.stripe_operations AS o
                              WHERE o.tenant_id = p_tenant_id AND o.id = i.id LIMIT 1) AS o
         WHERE (o.row).kind <> 'account'
         ORDER BY (o.row).idempotency_id  -- two batches never wait for each other
    )
    UPDATE payments.idempotency_keys AS k
       SET response_status = CASE WHEN (e.operation).kind IN ('capture', 'cancel', 'evidence')
                                  THEN 200 ELSE 201 END,
           response_body = payments.operation_body(e.operation), completed_at = p_now
      FROM ended AS e
     WHERE k.tenant_id = p_tenant_id AND k.id = (e.operation).idempotency_id
       AND k.completed_at IS NULL;
END
$$;
COMMENT ON FUNCTION payments.idempotency_complete(uuid, uuid[], timestamptz) IS
    'Stores the answers of the client requests that operations completed.';
