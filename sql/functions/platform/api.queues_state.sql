-- owner: payments_system
-- Depth counts what is not done; age only what could be done now: a retry that waits for its turn
-- is not late.
CREATE OR REPLACE FUNCTION api.queues_state()
RETURNS TABLE (queue text, depth bigint, oldest_seconds numeric, measured_at timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    SELECT line.queue, line.depth,
           round(greatest(0, extract(epoch FROM v_now - coalesce(line.due_at, v_now))), 3),
           clock_timestamp()
      FROM (
        SELECT 'operations'::text, count(*), min(operation.next_run_at)
          FROM payments.stripe_operations AS operation
         WHERE operation.state IN ('ready', 'leased', 'unknown') AND operation.holds = '{}'
        UNION ALL
        SELECT 'webhooks', count(*), min(inbox.next_run_at) FROM payments.webhook_inbox AS inbox
         WHERE inbox.state IN ('received', 'waiting')
        UNION ALL
        SELECT 'refund_batch_items', count(*), min(item.next_run_at)
          FROM payments.refund_batch_items AS item
         WHERE item.state = 'pending'
      ) AS line (queue, depth, due_at);
END
$$;
COMMENT ON FUNCTION api.queues_state() IS
    'Per queue: rows that are not done, for how many seconds the longest waiting one has been due '
    '(0: none is), and the server''s real time.';
