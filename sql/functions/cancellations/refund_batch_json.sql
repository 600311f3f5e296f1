CREATE OR REPLACE FUNCTION payments.refund_batch_json(p_tenant_id uuid, p_batch_id uuid)
RETURNS jsonb
LANGUAGE sql STABLE SET search_path = payments, pg_temp
AS $$
    SELECT jsonb_build_object(
        'id', b.id, 'eventId', b.show_id, 'reason', b.reason, 'total', b.total,
        -- Every refund asked for is not yet every buyer paid.
        'status', CASE WHEN b.status = 'finished' AND n.pending > 0 THEN 'running'
                       ELSE b.status END,
        'succeeded', n.succeeded, 'failed', n.failed, 'pending', n.pending, 'amount', n.amount,
        'startedAt', payments.rfc3339(b.started_at),
        'finishedAt', CASE WHEN b.status = 'finished' AND n.pending = 0
                           THEN payments.rfc3339(greatest(b.finished_at, n.ended_at)) END)
      FROM payments.refund_batches AS b
     CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE r.status = 'succeeded'
                                OR (i.state = 'skipped' AND p.id IS NULL)) AS succeeded,
               count(*) FILTER (WHERE i.state = 'failed') AS failed,
               count(*) FILTER (WHERE i.state = 'pending' OR r.status = 'pending'
                                OR p.id IS NOT NULL) AS pending,
               coalesce(sum(r.amount) FILTER (WHERE r.status IN ('pending', 'succeeded')),
                        0) AS amount,
               max(greatest(i.updated_at, r.updated_at)) AS ended_at
          FROM payments.refund_batch_items AS i
          LEFT JOIN payments.payment_refunds AS r ON r.tenant_id = p_tenant_id
           AND r.id = i.refund_id
          -- Canceled instead, and Stripe has not done it yet.
          LEFT JOIN payments.payment_transactions AS p
            ON p.tenant_id = p_tenant_id AND p.id = i.payment_id AND i.state = 'skipped'
               AND p.status = 'requires_capture'
         WHERE i.tenant_id = p_tenant_id AND i.batch_id = b.id) AS n
     WHERE b.tenant_id = p_tenant_id AND b.id = p_batch_id
$$;
COMMENT ON FUNCTION payments.refund_batch_json(uuid, uuid) IS
    'The API''s document of an event''s cancellation with its progress; amount in minor units. It '
    'is finished when the last refund has ended, one way or the other. Null when there is none.';
