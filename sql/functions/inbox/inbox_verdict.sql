CREATE OR REPLACE FUNCTION payments.inbox_verdict(
    p_event_id text, p_event_type text, p_tenants bigint, p_age interval, OUT verdict text,
    OUT reason text
)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT v.verdict, v.reason
      FROM (VALUES
        (p_event_id LIKE 'sha256:%', 'dead', 'the body is not an event'),
        (p_event_type = ANY (payments.stripe_event_types()) IS NOT TRUE, 'ignored',
         'type not handled'),
        (p_tenants > 1, 'quarantined', 'names objects of two tenants'),
        (p_tenants = 1, 'apply', NULL),
        (p_age > interval '24 hours', 'ignored', 'object not known after a day'),
        (true, 'waiting', 'object not known yet')) AS v (holds, verdict, reason)
     WHERE v.holds
     LIMIT 1
$$;
COMMENT ON FUNCTION payments.inbox_verdict(text, text, bigint, interval) IS
    'What to do with a received event, before reading it: apply, waiting, ignored, quarantined or '
    'dead, and why.';
