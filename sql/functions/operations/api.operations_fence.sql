CREATE OR REPLACE FUNCTION api.operations_fence(
    p_tenant_id uuid, p_operation_ids uuid[], p_lease_epochs bigint[], p_lease_seconds numeric
) RETURNS TABLE (operation_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_index integer;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    BEGIN
        RETURN QUERY SELECT * FROM payments.operations_mark_sent(
            p_tenant_id, p_operation_ids, p_lease_epochs, p_lease_seconds);
        RETURN;
    EXCEPTION WHEN unique_violation THEN
        -- somebody else's call on one of these objects is unresolved: find out which, one by one
        NULL;
    END;
    FOR v_index IN 1 .. cardinality(p_operation_ids) LOOP
        BEGIN
            RETURN QUERY SELECT * FROM payments.operations_mark_sent(
                p_tenant_id, p_operation_ids[v_index:v_index], p_lease_epochs[v_index:v_index],
                p_lease_seconds);
        EXCEPTION WHEN unique_violation THEN
            PERFORM payments.operation_release_lease(
                p_tenant_id, p_operation_ids[v_index], p_lease_epochs[v_index],
                interval '100 milliseconds');
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION api.operations_fence(uuid, uuid[], bigint[], numeric) IS
    'Marks leased operations as sent and returns those that may be sent now, at once. Missing from '
    'the answer: the lease is lost, or another call on the same object is unresolved (that '
    'operation goes back to the queue). Raises PY001, PY002.';
