CREATE OR REPLACE FUNCTION payments.refund_batch_json(p_tenant_id uuid, p_batch_id uuid) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', b.id, 'eventId', b.event_id, 'reason', b.reason, 'status', b.status, 'total', b.total,
        'succeeded', count(i.id) FILTER (WHERE r.status = 'succeeded' OR i.state = 'skipped'),
        'failed', count(i.id) FILTER (WHERE i.state = 'failed'),
        'pending', count(i.id) FILTER (WHERE i.state = 'pending' OR r.status = 'pending'),
        'amount', coalesce(sum(r.amount) FILTER (WHERE r.status IN ('pending', 'succeeded')), 0),
        'startedAt', payments.rfc3339(b.started_at), 'finishedAt', payments.rfc3339(b.finished_at))
      FROM payments.refund_batches AS b
      LEFT JOIN payments.refund_batch_items AS i ON i.tenant_id = p_tenant_id AND i.batch_id = b.id
      LEFT JOIN payments.payment_refunds AS r ON r.tenant_id = p_tenant_id AND r.id = i.refund_id
     WHERE b.tenant_id = p_tenant_id AND b.id = p_batch_id
     GROUP BY b.tenant_id, b.id
$$;
COMMENT ON FUNCTION payments.refund_batch_json(uuid, uuid) IS
    'The API''s document of an event''s cancellation with its progress; amount in minor units. Null when there is none.';
