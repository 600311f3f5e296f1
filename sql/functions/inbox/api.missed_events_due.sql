-- owner: payments_system
CREATE OR REPLACE FUNCTION api.missed_events_due(p_limit integer)
RETURNS TABLE (provider_account text, since bigint, failed_since bigint, begun_at timestamptz,
               "position" text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
DECLARE
    v_now timestamptz := payments.clock();
    -- Lists lag behind writes by an unknown time; ten minutes are taken for enough (F20).
    v_overlap CONSTANT interval := interval '10 minutes';
    -- Stripe lists events for 30 days. Older ones cannot be found any more.
    v_kept CONSTANT interval := interval '30 days';
    -- A sweep that is not through by then begins anew: the event it stands at may have left
    -- Stripe's list.
    v_patience CONSTANT interval := interval '1 day';
BEGIN
    RETURN QUERY
    SELECT a.provider_account,
           extract(epoch FROM greatest(coalesce(s.swept_until, s.begun_at, v_now) - v_overlap,
                                       v_now - v_kept))::bigint,
           CASE WHEN s.swept_until IS NULL THEN extract(epoch FROM v_now - v_kept)::bigint END,
           CASE WHEN s.begun_at > v_now - v_patience THEN s.begun_at ELSE v_now END,
           CASE WHEN s.begun_at > v_now - v_patience THEN s.position END
      FROM (SELECT 'platform' AS provider_account
             UNION ALL
            SELECT c.stripe_account_id FROM payments.connected_accounts AS c
             WHERE c.stripe_account_id IS NOT NULL) AS a
      LEFT JOIN payments.missed_event_cursors AS s ON s.provider_account = a.provider_account
     ORDER BY a.provider_account = 'platform' DESC, s.swept_until NULLS FIRST, a.provider_account
     LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION api.missed_events_due(integer) IS
    'Stripe accounts whose events are to be listed now: the platform, then those longest not '
    'listed. Per account from when on (seconds since 1970) all events, going on behind the event '
    'position when there is one; and, when it was never swept, from when on those that were not '
    'delivered. Tell missed_events_advance of every page and missed_events_done of the end, with '
    'begun_at.';
