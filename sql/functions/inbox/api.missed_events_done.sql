-- owner: payments_system
CREATE OR REPLACE FUNCTION api.missed_events_done(p_provider_account text, p_begun_at timestamptz)
    RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = payments, pg_temp
AS $$
    INSERT INTO payments.missed_event_cursors AS s (provider_account, swept_until)
    VALUES (p_provider_account, p_begun_at)
    ON CONFLICT (provider_account) DO UPDATE
       SET swept_until = greatest(s.swept_until, excluded.swept_until), begun_at = NULL,
           position = NULL
$$;
COMMENT ON FUNCTION api.missed_events_done(text, timestamptz) IS
    'An account''s events up to the moment at which its sweep began are all in the inbox.';
