-- owner: payments_system
CREATE OR REPLACE FUNCTION api.reconcile_end(p_run jsonb, p_unread text[], p_error text)
    RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
BEGIN
    -- Half a comparison finds, but it does not clear.
    IF p_error IS NULL THEN
        UPDATE payments.unowned_objects AS u SET state = 'closed'
         WHERE u.state = 'open' AND u.occurred_at >= (p_run ->> 'since')::timestamptz
           AND u.last_seen_at < (p_run ->> 'startedAt')::timestamptz
           AND u.provider_account <> ALL (p_unread);
    END IF;
    UPDATE payments.reconciliation_runs AS r
       SET state = CASE WHEN p_error IS NULL THEN 'finished'
           ELSE 'failed' END, error = left(p_error, 500),
           finished_at = payments.clock()
     WHERE r.id = (p_run ->> 'id')::uuid AND r.state = 'running';
END
$$;
COMMENT ON FUNCTION api.reconcile_end(jsonb, text[], text) IS
    'Ends a comparison. Without an error it was complete but for the Stripe accounts p_unread, and '
    'closes what has an owner now.';
