CREATE OR REPLACE FUNCTION payments.operation_reconsider(p_tenant_id uuid, p_object jsonb,
                                                         p_now timestamptz) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_operation payments.stripe_operations;
    v_made_at timestamptz := payments.from_epoch(p_object ->> 'created');
BEGIN
    SELECT o.* INTO v_operation FROM payments.stripe_operations AS o
     WHERE o.tenant_id = p_tenant_id
       AND o.id = payments.uuid_parse(p_object #>> '{metadata,operation_id}') FOR NO KEY UPDATE;
    -- One that failed is reported and not touched: it may be on its way again under another key.
    IF NOT FOUND OR v_operation.state NOT IN ('ready', 'unknown', 'dead')
       OR payments.operation_contradicts(v_operation, p_object) IS NOT FALSE THEN
        RETURN 0;
    END IF;
    -- What a restored database believes was never sent: marked as sent when Stripe made it, it is
    -- looked up first.
    UPDATE payments.stripe_operations AS o
       SET state = 'unknown', failures = 0, next_run_at = p_now, updated_at = p_now,
           first_sent_at = coalesce(o.first_sent_at, v_made_at),
           last_sent_at = coalesce(o.last_sent_at, v_made_at),
           first_sent_epoch = coalesce(o.first_sent_epoch, o.lease_epoch)
     WHERE o.tenant_id = p_tenant_id AND o.id = v_operation.id AND o.holds = '{}';
    RETURN FOUND::integer;
EXCEPTION WHEN unique_violation THEN
    RETURN 0;  -- another call on the same object is unresolved: first that one
END
$$;
COMMENT ON FUNCTION payments.operation_reconsider(uuid, jsonb, timestamptz) IS
    'Stripe shows an object that one of our unresolved operations made: the operation becomes due '
    'and finds it by its usual look for evidence. Returns how many became due.';
