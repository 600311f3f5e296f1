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
    UPDATE payments.webhook_inbox AS inbox
       SET state = CASE ended.verdict WHEN 'error' THEN 'received' WHEN 'postponed' THEN 'waiting'
                   ELSE ended.verdict END,
           leased_by = NULL, reason = left(ended.reason, 500),
           attempts = inbox.attempts + CASE WHEN ended.verdict = 'error' THEN 1 ELSE 0 END,
           next_run_at = v_now + CASE
               WHEN ended.verdict = 'error'
                   THEN payments.operation_backoff(inbox.attempts + 1, 1, 3600)
               ELSE payments.inbox_backoff(v_now - inbox.received_at) END,
           finished_at = CASE WHEN ended.verdict NOT IN ('error', 'waiting', 'postponed')
                              THEN v_now END
      FROM (SELECT result.source, result."eventId", result."leaseEpoch", result.reason,
                   CASE WHEN result.state = 'waiting'
                         AND stored.received_at < v_now - interval '24 hours'
                        THEN 'ignored' ELSE result.state END AS verdict
              FROM jsonb_to_recordset(p_results)
                   AS result (source text, "eventId" text, "leaseEpoch" bigint, state text,
                              reason text)
              JOIN payments.webhook_inbox AS stored
                ON stored.source = result.source AND stored.event_id = result."eventId") AS ended
     WHERE inbox.source = ended.source AND inbox.event_id = ended."eventId"
       AND inbox.lease_epoch = ended."leaseEpoch" AND inbox.state IN ('received', 'waiting');
    GET DIAGNOSTICS v_finished = ROW_COUNT;
    UPDATE payments.webhook_inbox AS inbox SET state = 'dead', finished_at = v_now
      FROM jsonb_to_recordset(p_results) AS ended (source text, "eventId" text)
     WHERE inbox.source = ended.source AND inbox.event_id = ended."eventId"
       AND inbox.state = 'received' AND inbox.attempts >= 10;
    RETURN v_finished;
END
$$;
COMMENT ON FUNCTION api.inbox_finish(jsonb) IS
    'Records how events ended, an array of {source, eventId, leaseEpoch, state, reason}, in a '
    'transaction of its own, so that an error is counted though its work was rolled back. States '
    'done, ignored, quarantined, waiting (ignored once a day old), postponed (waits as long as it '
    'takes), error; the tenth error is dead. Returns how many leases still held.';
