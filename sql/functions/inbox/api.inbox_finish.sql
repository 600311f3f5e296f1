-- owner: payments_system
CREATE OR REPLACE FUNCTION api.inbox_finish(p_results jsonb) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_finished integer;
BEGIN
    -- An event can know its tenant and not its object (a transfer made by hand to our payee): it,
    -- too, waits a day at most.
    UPDATE payments.webhook_inbox AS w
       SET state = CASE r.verdict WHEN 'error' THEN 'received' WHEN 'postponed' THEN 'waiting'
           ELSE r.verdict END, leased_by = NULL, reason = left(r.reason, 500),
           attempts = w.attempts + CASE WHEN r.verdict = 'error' THEN 1 ELSE 0 END,
           next_run_at = CASE WHEN r.verdict = 'error'
               THEN v_now + payments.operation_backoff(w.attempts + 1, 1, 3600)
                              ELSE v_now + payments.inbox_backoff(v_now - w.received_at) END,
           finished_at = CASE WHEN r.verdict NOT IN ('error', 'waiting', 'postponed') THEN v_now END
      FROM (SELECT e.source, e."eventId", e."leaseEpoch", e.reason,
                   CASE WHEN e.state = 'waiting' AND i.received_at < v_now - interval '24 hours'
                   THEN 'ignored' ELSE e.state END AS verdict
              FROM jsonb_to_recordset(p_results)
                   AS e (source text, "eventId" text, "leaseEpoch" bigint, state text, reason text)
              JOIN payments.webhook_inbox AS i ON i.source = e.source
               AND i.event_id = e."eventId") AS r
     WHERE w.source = r.source AND w.event_id = r."eventId" AND w.lease_epoch = r."leaseEpoch"
       AND w.state IN ('received', 'waiting');
    GET DIAGNOSTICS v_finished = ROW_COUNT;
    UPDATE payments.webhook_inbox AS w SET state = 'dead', finished_at = v_now
      FROM jsonb_to_recordset(p_results) AS r (source text, "eventId" text)
     WHERE w.source = r.source AND w.event_id = r."eventId" AND w.state = 'received'
       AND w.attempts >= 10;
    RETURN v_finished;
END
$$;
COMMENT ON FUNCTION api.inbox_finish(jsonb) IS
    'Records how events ended, an array of {source, eventId, leaseEpoch, state, reason}, in a '
    'transaction of its own, so that an error is counted though its work was rolled back. States '
    'done, ignored, quarantined, waiting (ignored once a day old), postponed (waits as long as it '
    'takes), error; the tenth error is dead. Returns how many leases still held.';
