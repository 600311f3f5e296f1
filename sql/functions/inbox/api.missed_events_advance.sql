-- owner: payments_system
-- A page's place is kept, because a worker that dies over a long list would otherwise begin it
-- anew, for ever.
CREATE OR REPLACE FUNCTION api.missed_events_advance(p_provider_account text,
                                                     p_begun_at timestamptz, p_position text)
                                                         RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    INSERT INTO payments.missed_event_cursors AS s (provider_account, begun_at, position)
    VALUES (p_provider_account, p_begun_at, p_position)
    ON CONFLICT (provider_account) DO UPDATE
       SET begun_at = excluded.begun_at, position = excluded.position
     WHERE s.swept_until >= excluded.begun_at IS NOT TRUE
$$;
COMMENT ON FUNCTION api.missed_events_advance(text, timestamptz, text) IS
    'An account''s events from the beginning of its sweep down to the event p_position are in the '
    'inbox; one that was overtaken by a whole sweep changes nothing.';
