-- owner: payments_system
CREATE OR REPLACE FUNCTION api.next_due()
    RETURNS TABLE (queue text, due_at timestamptz, now timestamptz)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    SELECT 'operations'::text, min(o.next_run_at), v_now FROM payments.stripe_operations AS o
     WHERE o.state IN ('ready', 'leased', 'unknown') AND o.holds = '{}' AND o.next_run_at > v_now
    UNION ALL
    SELECT 'webhooks', (SELECT w.next_run_at FROM payments.webhook_inbox AS w
                         WHERE w.state IN ('received', 'waiting') AND w.next_run_at > v_now
                         ORDER BY w.next_run_at LIMIT 1), v_now;
END
$$;
COMMENT ON FUNCTION api.next_due() IS
    'Per queue the next moment something becomes due (null: nothing waits), and the database''s '
    'time.';
