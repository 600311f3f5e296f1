CREATE OR REPLACE FUNCTION api.operations_release(p_tenant_id uuid, p_operation_ids uuid[],
                                                  p_lease_epochs bigint[])
RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_released integer;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    SELECT coalesce(sum(payments.operation_release_lease(p_tenant_id, l.id, l.epoch, interval '0')),
                    0) INTO v_released
      FROM unnest(p_operation_ids, p_lease_epochs) AS l (id, epoch);
    RETURN v_released;
END
$$;
COMMENT ON FUNCTION api.operations_release(uuid, uuid[], bigint[]) IS
    'Gives back operations that were claimed and not sent (a worker going down) and returns how '
    'many. Raises PY001, PY002.';
