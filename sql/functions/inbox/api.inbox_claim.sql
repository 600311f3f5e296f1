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
    WITH c AS MATERIALIZED (
        SELECT w.source, w.event_id, w.event_type, w.object_ids, w.received_at
          FROM payments.webhook_inbox AS w
         WHERE w.state IN ('received', 'waiting') AND w.next_run_at <= v_now
         ORDER BY w.next_run_at
         LIMIT p_limit
           FOR NO KEY UPDATE SKIP LOCKED
    ), owned AS (
        SELECT c.source, c.event_id, min(o.tenant_id::text)::uuid AS tenant_id,
               count(DISTINCT o.tenant_id) AS tenants
          FROM c
          LEFT JOIN LATERAL jsonb_array_elements_text(c.object_ids) AS i (id) ON true
          LEFT JOIN payments.provider_objects AS o ON o.provider_id = i.id
         GROUP BY c.source, c.event_id
    ), judged AS (
        SELECT c.source, c.event_id, n.tenant_id, v.verdict, v.reason
          FROM c
          JOIN owned AS n ON n.source = c.source AND n.event_id = c.event_id
         CROSS JOIN LATERAL payments.inbox_verdict(c.event_id, c.event_type, n.tenants,
                                                   v_now - c.received_at) AS v
    )
    UPDATE payments.webhook_inbox AS w
       SET lease_epoch = w.lease_epoch + 1, tenant_id = j.tenant_id, reason = j.reason,
           state = CASE WHEN j.verdict = 'apply' THEN w.state ELSE j.verdict END,
           leased_by = CASE WHEN j.verdict = 'apply' THEN p_worker END,
           next_run_at = CASE WHEN j.verdict = 'waiting'
               THEN v_now + payments.inbox_backoff(v_now - w.received_at)
                              ELSE v_now + make_interval(
                                  secs => p_lease_seconds::double precision) END,
           finished_at = CASE WHEN j.verdict IN ('ignored', 'quarantined', 'dead') THEN v_now END
      FROM judged AS j
     WHERE w.source = j.source AND w.event_id = j.event_id
    RETURNING w.source, w.event_id, w.lease_epoch, w.attempts, w.tenant_id,
              CASE WHEN j.verdict = 'apply' THEN w.payload END;
END
$$;
COMMENT ON FUNCTION api.inbox_claim(text, integer, numeric) IS
    'Leases due events to a worker and names their tenants, found through our own rows by Stripe '
    'id; a null payload means that there is nothing to do (unknown object: it waits, a day at '
    'most; unhandled type: ignored; two tenants: quarantined; unreadable: dead).';
