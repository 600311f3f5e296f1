CREATE OR REPLACE FUNCTION payments.operations_mark_sent(
    p_tenant_id uuid, p_operation_ids uuid[], p_lease_epochs bigint[], p_lease_seconds numeric
) RETURNS TABLE (operation_id uuid)
LANGUAGE plpgsql VOLATILE SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    UPDATE payments.stripe_operations AS o
       SET first_sent_at = coalesce(o.first_sent_at, v_now),
           first_sent_epoch = coalesce(o.first_sent_epoch, o.lease_epoch), last_sent_at = v_now,
           updated_at = v_now,
           next_run_at = v_now + make_interval(secs => p_lease_seconds::double precision)
      FROM unnest((SELECT p_operation_ids), p_lease_epochs) AS l (id, epoch)
     WHERE o.tenant_id = p_tenant_id AND o.id = l.id AND o.lease_epoch = l.epoch
       AND o.state = 'leased' AND o.next_run_at > v_now
    RETURNING o.id;
END
$$;
COMMENT ON FUNCTION payments.operations_mark_sent(uuid, uuid[], bigint[], numeric) IS
    'The fence: records the moment of sending under a lease that still holds and returns the ids '
    'it could. Raises unique_violation when another call on the same object is unresolved.';
