-- owner: payments_system
CREATE OR REPLACE FUNCTION api.inbox_claim(p_worker text, p_limit integer, p_lease_seconds numeric)
RETURNS TABLE (source text, event_id text, lease_epoch bigint, attempts integer, tenant_id uuid,
               payload bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
BEGIN
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT inbox.source, inbox.event_id, inbox.event_type, inbox.object_ids, inbox.received_at
          FROM payments.webhook_inbox AS inbox
         WHERE inbox.state IN ('received', 'waiting') AND inbox.next_run_at <= v_now
         ORDER BY inbox.next_run_at
         LIMIT p_limit
           FOR NO KEY UPDATE SKIP LOCKED
    ), owned AS (
        SELECT due.source, due.event_id, min(known.tenant_id::text)::uuid AS tenant_id,
               count(DISTINCT known.tenant_id) AS tenants
          FROM due
          LEFT JOIN LATERAL jsonb_array_elements_text(due.object_ids) AS object (id) ON true
          LEFT JOIN payments.provider_objects AS known ON known.provider_id = object.id
         GROUP BY due.source, due.event_id
    ), judged AS (
        SELECT due.source, due.event_id, owned.tenant_id, ruling.verdict, ruling.reason
          FROM due
          JOIN owned ON owned.source = due.source AND owned.event_id = due.event_id
         CROSS JOIN LATERAL payments.inbox_verdict(due.event_id, due.event_type, owned.tenants,
                                                   v_now - due.received_at) AS ruling
    )
    UPDATE payments.webhook_inbox AS inbox
       SET lease_epoch = inbox.lease_epoch + 1, tenant_id = judged.tenant_id,
           reason = judged.reason,
           state = CASE WHEN judged.verdict = 'apply' THEN inbox.state ELSE judged.verdict END,
           leased_by = CASE WHEN judged.verdict = 'apply' THEN p_worker END,
           next_run_at = v_now + CASE
               WHEN judged.verdict = 'waiting'
                   THEN payments.inbox_backoff(v_now - inbox.received_at)
               ELSE make_interval(secs => p_lease_seconds::double precision) END,
           finished_at = CASE WHEN judged.verdict IN ('ignored', 'quarantined', 'dead')
                              THEN v_now END
      FROM judged
     WHERE inbox.source = judged.source AND inbox.event_id = judged.event_id
    RETURNING inbox.source, inbox.event_id, inbox.lease_epoch, inbox.attempts, inbox.tenant_id,
              CASE WHEN judged.verdict = 'apply' THEN inbox.payload END;
END
$$;
COMMENT ON FUNCTION api.inbox_claim(text, integer, numeric) IS
    'Leases due events to a worker and names their tenants, found through our own rows by Stripe '
    'id; a null payload means that there is nothing to do (unknown object: it waits, a day at '
    'most; unhandled type: ignored; two tenants: quarantined; unreadable: dead).';
