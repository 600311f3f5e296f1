CREATE OR REPLACE FUNCTION payments.refund_batch_json(p_tenant_id uuid, p_batch_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    -- The row is finished once every refund has been asked for; whoever waits for the money looks for its arrival.
    SELECT jsonb_build_object(
        'id', b.id, 'eventId', b.event_id, 'reason', b.reason, 'total', b.total,
        'status', CASE WHEN b.status = 'finished' AND n.pending > 0 THEN 'running' ELSE b.status END,
        'succeeded', n.succeeded, 'failed', n.failed, 'pending', n.pending, 'amount', n.amount,
        'startedAt', payments.rfc3339(b.started_at),
        'finishedAt', CASE WHEN n.pending = 0 AND b.finished_at IS NOT NULL
                           THEN payments.rfc3339(greatest(b.finished_at, n.last_end)) END)
      FROM payments.refund_batches AS b
     CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE r.status = 'succeeded' OR i.state = 'skipped') AS succeeded,
               count(*) FILTER (WHERE i.state = 'failed') AS failed,
               count(*) FILTER (WHERE i.state = 'pending' OR r.status = 'pending') AS pending,
               coalesce(sum(r.amount) FILTER (WHERE r.status IN ('pending', 'succeeded')), 0) AS amount,
               max(r.updated_at) AS last_end
          FROM payments.refund_batch_items AS i
          LEFT JOIN payments.payment_refunds AS r ON r.tenant_id = p_tenant_id AND r.id = i.refund_id
         WHERE i.tenant_id = p_tenant_id AND i.batch_id = p_batch_id) AS n
     WHERE b.tenant_id = p_tenant_id AND b.id = p_batch_id
$$;
COMMENT ON FUNCTION payments.refund_batch_json(uuid, uuid) IS
    'The API''s document of an event''s cancellation with its progress; amount in minor units. It is running until no refund is pending any more. Null when there is none.';
