CREATE OR REPLACE FUNCTION api.inbox_apply(p_tenant_id uuid, p_source text, p_event_id text,
                                           p_payload bytea)
RETURNS TABLE (state text, reason text, enqueued integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    v_event jsonb;
    v_result record;
BEGIN
    PERFORM payments.tenant_enter(p_tenant_id);
    enqueued := 0;
    SELECT e.result, e.reason INTO state, reason
      FROM payments.payment_events AS e WHERE e.tenant_id = p_tenant_id AND e.id = p_event_id;
    IF FOUND THEN
        RETURN NEXT;
        RETURN;
    END IF;
    v_event := payments.stripe_event_decode(p_payload);
    SELECT r.* INTO v_result FROM payments.stripe_event_dispatch(p_tenant_id, p_source, v_event,
        v_now) AS r;
    state := v_result.state;
    reason := v_result.reason;
    enqueued := v_result.enqueued;
    IF state NOT IN ('waiting', 'postponed') THEN
        INSERT INTO payments.payment_events
            (tenant_id, id, source, event_type, provider_id, payment_id, result, reason,
             occurred_at, applied_at)
        VALUES (p_tenant_id, p_event_id, p_source, v_event ->> 'type',
                coalesce(v_event #>> '{data,object,id}', ''),
                v_result.payment_id, state, reason,
                coalesce(payments.from_epoch(v_event ->> 'created'), v_now), v_now)
        -- A worker that slept through its lease applies it at this very moment: what it does is
        -- done once either way.
        ON CONFLICT (tenant_id, id) DO NOTHING;
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION api.inbox_apply(uuid, text, text, bytea) IS
    'Applies one event to its tenant''s rows and remembers it, in one transaction; the second copy '
    'returns what the first did. Returns done, ignored, quarantined, waiting (for what it is '
    'about) or postponed (until our own calls are resolved), why, and how many operations became '
    'due. Raises PY001, PY002, and whatever an unreadable body raises: report it to inbox_finish '
    'as error.';
